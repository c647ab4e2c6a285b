/** Where a task is, and which of its steps is meant. Graph finds none of them without its list. */
export interface TaskIds {
  readonly list: string
  readonly task: string
  readonly step?: string
}

/** Ids of Outlook are base64 for URLs, and those of steps GUIDs: neither holds a slash. */
export const taskId = ({ list, task, step }: TaskIds): string => [list, task, ...(step === undefined ? [] : [step])].join('/')

/** Undefined for what is no id of this connector. */
export function idsOf(id: string): TaskIds | undefined {
  const [list, task, step, ...more] = id.split('/')
  if (list === undefined || list === '' || task === undefined || task === '' || more.length > 0) return undefined
  return { list, task, ...(step === undefined ? {} : { step }) }
}
