/** Outlook's well-known folders and their display names by language; English where a language is missing. */
export const WELL_KNOWN: readonly string[] = [
  'archive',
  'clutter',
  'conflicts',
  'conversationhistory',
  'deleteditems',
  'drafts',
  'inbox',
  'junkemail',
  'localfailures',
  'msgfolderroot',
  'outbox',
  'recoverableitemsdeletions',
  'scheduled',
  'searchfolders',
  'sentitems',
  'serverfailures',
  'syncissues',
]

const ENGLISH: Readonly<Record<string, string>> = {
  msgfolderroot: 'Top of Information Store',
  inbox: 'Inbox',
  drafts: 'Drafts',
  sentitems: 'Sent Items',
  deleteditems: 'Deleted Items',
  junkemail: 'Junk Email',
  archive: 'Archive',
  outbox: 'Outbox',
  conversationhistory: 'Conversation History',
  syncissues: 'Sync Issues',
  conflicts: 'Conflicts',
  localfailures: 'Local Failures',
  serverfailures: 'Server Failures',
  recoverableitemsdeletions: 'Deletions',
}

const OTHERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  de: {
    inbox: 'Posteingang',
    drafts: 'Entwürfe',
    sentitems: 'Gesendete Elemente',
    deleteditems: 'Gelöschte Elemente',
    junkemail: 'Junk-E-Mail',
    archive: 'Archiv',
    outbox: 'Postausgang',
    conversationhistory: 'Aufgezeichnete Unterhaltungen',
  },
  fr: {
    inbox: 'Boîte de réception',
    drafts: 'Brouillons',
    sentitems: 'Éléments envoyés',
    deleteditems: 'Éléments supprimés',
    junkemail: 'Courrier indésirable',
    outbox: 'Boîte d’envoi',
  },
  ja: {
    inbox: '受信トレイ',
    drafts: '下書き',
    sentitems: '送信済みアイテム',
    deleteditems: '削除済みアイテム',
    junkemail: '迷惑メール',
    archive: 'アーカイブ',
    outbox: '送信トレイ',
  },
}

export const folderName = (wellKnown: string, locale: string): string =>
  OTHERS[locale.slice(0, 2).toLowerCase()]?.[wellKnown] ?? ENGLISH[wellKnown] ?? wellKnown

/** The well-known name of a folder that a seed calls by its English name. */
export const wellKnownOf = (english: string): string | undefined =>
  Object.entries(ENGLISH).find(([, name]) => name.toLowerCase() === english.toLowerCase())?.[0]

/** Names that people give and programs trip over. */
export const ODD_NAMES: readonly string[] = [
  'A/B',
  'Jim / John',
  'back\\slash',
  'Dr. Jones',
  'Some Stuff...',
  ' leading and trailing ',
  'R&D',
  'März'.normalize('NFC'),
  'März'.normalize('NFD'),
  '🎉 Party 👩‍💻',
  'twice',
  'twice',
  'inbox',
  '日本語',
  '%2F',
  'O\'Neil "quoted"',
  '*wild?',
  'x'.repeat(255),
  '~tilde',
  '#hash',
  'line\r\nbreak',
]
