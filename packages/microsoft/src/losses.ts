/** What of an item Graph does not give, or gives only in part. A sentence each, the same for every item that loses the same. */
export const LOSSES = {
  noZone: 'It repeats, and Microsoft does not say in which time zone: it is kept in UTC and may be an hour off when the clocks change.',
  ownZone:
    'It repeats in a time zone of its owner’s own making, whose rules Microsoft does not tell: it is kept in the time zone of the mailbox.',
  namelessGuest: 'A guest has neither a mail address nor a name any more and is left out.',
  innerGuest: 'A guest has no mail address any more, only a name inside Exchange: the name is kept.',
  innerAddress: 'A mail address is only a name inside Exchange, of somebody who is no longer in the tenant, and is left out.',
  reference: 'A file that is linked from OneDrive or SharePoint is named in the text: Microsoft does not tell a program its address.',
  attachment: 'An attachment cannot be read from Microsoft any more and is left out.',
  link: 'What it is linked with has no address that leads there and is left out.',
  waiting: 'That it waits for somebody else is not a state of a task elsewhere: it is kept as one that is under way.',
  deferred: 'That it was put off is not a state of a task elsewhere: it is kept as one that is yet to be done.',
  noFirstDay: 'It repeats, and Microsoft does not say from which day: it is kept once.',
  photo: 'Its photo cannot be read from Microsoft and is left out.',
  lists: 'Distribution lists in this address book: Microsoft counts them and lets no program read them.',
  rewritten:
    'SharePoint writes files of this sort anew when it hands them out, so that they differ from the checksum that it names: what it handed out is what was copied.',
  shortcut: 'Shortcuts to other drives: they are listed, and what they point to is moved from there, if it is moved.',
  notebook: 'Notebooks of OneNote, which no interface gives as a file: they are listed.',
  malware: 'Files that Microsoft takes for malware and gives to no program: they are listed.',
} as const
