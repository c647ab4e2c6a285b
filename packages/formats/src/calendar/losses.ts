/** What iCalendar cannot say, in sentences that are the same for every item. */
export const LOSS = {
  namelessGuest: 'A guest has no mail address at the source: the name stays in the list of guests, without an address.',
  unknownGuest: 'A guest has neither a name nor a mail address at the source, and was left out.',
  exceptRule: 'A rule that takes times away from a series without an end was written as single dates for the next ten years.',
  mailReminder: 'Reminders by mail became reminders on the screen, because servers would mail them to every guest.',
  category: 'A category with a comma in its name may become two of them, as some servers (Cyrus) read it.',
  color: 'Its colour became the nearest one that has a name.',
  reminder: 'A reminder at a moment that does not exist was left out.',
  link: 'A link that is no address was left out.',
} as const
