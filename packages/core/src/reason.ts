/**
 * Why an item was skipped: a closed list. A reason is given only where the cause is well known *and* permanent; the unknown
 * is a fault with reach `call`. Each has a paragraph that the owner of the data can read.
 */
export const REASONS = {
  gone: 'It was deleted at the source before it could be copied.',
  'too-large': 'It is larger than the destination accepts. Raise the limit there, or hand it over as a file.',
  'corrupt-at-source':
    'The source itself cannot read it any more: it answers with a conversion or corruption error every time. It may still open in the original program; save it from there.',
  'unreadable-at-source':
    'The source cannot deliver it in full, however often it is asked. It may still open in the original program; save it from there.',
  malware: 'The source or the destination takes it for malware and does not let it through.',
  'refused-by-destination':
    'The destination refuses it for what it contains, also when it is sent alone. The server said why; see the detail.',
  protected: 'It is encrypted by rights management and can be read only by its owner.',
  virtual: 'It is a view (a search folder) and holds no items of its own; what it shows is copied from where it is at home.',
  'double-at-source':
    'The same item (same UID, same content) stands in this place of the source more than once. One copy was moved; more would only be doubles.',
  'stands-already':
    'Another version of it (same UID) stands at the destination already, put there by somebody else. That one was left as it is.',
  'not-understood':
    'It breaks the rules of its format so badly that nobody can say what is meant (a date that does not exist, a rule that no program can follow). It may still open in the original program.',
  'made-by-source': 'The source makes it up from other data (birthdays from contacts, holidays), so the destination makes its own.',
  'not-owned': 'It belongs to another account and is only shared with this one. It is moved with its owner.',
  'left-out': 'The project says that items of this sort stay behind (its `choices`).',
  pointer: 'It only points to something that is at home elsewhere (a shortcut). What it points to is moved from there, if it is moved.',
  changing:
    'It was changed again each time while it was being read, so no state of it could be copied whole. It is tried again in the next pass.',
  'stored-away': 'The source has moved it to its archive and takes up to a day to bring it back. Bring it back there, then run once more.',
  'no-open-format':
    'It exists only inside the source (a form, a site, a notebook), which gives it in no format that other programs could open.',
  'not-offered': 'The source does not let other programs read it.',
} as const

export type Reason = keyof typeof REASONS
