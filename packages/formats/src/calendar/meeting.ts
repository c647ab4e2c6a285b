import type { CalendarEvent, Meeting } from './model.ts'

/** What is lost with a link to a meeting that nobody replaced, by its service. */
export const MEETING_LOSS = {
  teams: 'Its Teams link will stop working when the account is closed.',
  meet: 'Its Google Meet link will stop working when the account is closed.',
} as const

const KNOWN: readonly (readonly [Meeting['service'], RegExp])[] = [
  [
    'teams',
    /https:\/\/(?:teams\.microsoft\.(?:com|us)|gov\.teams\.microsoft\.us|teams\.live\.com)\/(?:l\/meetup-join|meet)\/[^\s"'<>\])]+/i,
  ],
  ['meet', /https:\/\/meet\.google\.com\/[a-z\d][^\s"'<>\])]*/i],
]

/** The first meeting that ends with its source (Teams, Meet) in any of the texts. */
export function meetingOf(...texts: readonly (string | undefined)[]): Meeting | undefined {
  for (const text of texts) {
    for (const [service, link] of KNOWN) {
      const url = text?.match(link)?.[0]
      if (url !== undefined) return { url, service }
    }
  }
  return undefined
}

export function replaceMeeting(event: CalendarEvent, template: string): CalendarEvent {
  return template === '' ? event : event
}
