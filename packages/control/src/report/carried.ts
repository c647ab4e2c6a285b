import { cleanText } from './clean-text.ts'

const WORDS: Readonly<Record<string, string>> = { mail: '', event: ', calendars', contact: ', contacts', task: ', tasks', file: ', files' }

/** What stands behind an account's name where one of its lanes is meant. Mail goes without saying. */
export const carried = (kind: string): string => WORDS[kind] ?? `, ${cleanText(kind, 20)}`
