/** What a laboratory Dovecot is to be like. */
export interface DovecotOptions {
  /** Login -> password. Default: `anna@example.test` / `secret`. */
  readonly users?: Readonly<Record<string, string>>
  /** Login -> storage quota as Dovecot writes it (`200K`). */
  readonly quota?: Readonly<Record<string, string>>
  /** `slash`: no prefix, separator `/`. `inbox-dot`: everything below `INBOX.`, separator `.`, and a public namespace `Public.`. */
  readonly layout?: 'slash' | 'inbox-dot'
  /** Whether LIST names the special mailboxes (RFC 6154). Default true. */
  readonly specialUse?: boolean
  /** `mail_max_userip_connections`. */
  readonly connectionLimit?: number
  /** `mail_fsync`: the tests' default is `never`; Debian's own is `optimized`. */
  readonly fsync?: 'never' | 'optimized' | 'always'
  /** Bytes of one keyword; Dovecot's own default is 50. */
  readonly keywordLength?: number
  /** `quota_max_mail_size`, as Dovecot writes it (`1M`). */
  readonly maxMailSize?: string
  /** Capabilities to leave out of what the server announces. */
  readonly hideCapabilities?: readonly string[]
  /** Certificate for other hosts, or one that has expired. */
  readonly certificate?: { readonly hosts?: readonly string[]; readonly expired?: boolean }
  /** False: no TLS at all, so that STARTTLS is not offered. */
  readonly tls?: boolean
  /** HS256 key: tokens signed with it are accepted by XOAUTH2 and OAUTHBEARER. */
  readonly oauthKey?: string
}

/** Where a laboratory Dovecot lives, and as whom. */
export interface DovecotHome {
  readonly dir: string
  readonly imapPort: number
  readonly imapsPort: number
  readonly owner: {
    readonly internal: string
    readonly group: string
    readonly login: string
    readonly mailUid: number
    readonly mailGid: number
    readonly root: boolean
  }
}

/** The master user's name and password, by which any account is opened: `anna@example.test*migrator`. */
export const MASTER = { user: 'migrator', pass: 'master-secret' } as const

const block = (head: string, lines: readonly string[]): string => `${head} {\n${lines.map((line) => `  ${line}`).join('\n')}\n}\n`

const chroot = (home: DovecotHome): readonly string[] => (home.owner.root ? [] : ['chroot ='])

function services(home: DovecotHome): string {
  const listeners = [
    ...block('inet_listener imap', ['address = 127.0.0.1', `port = ${home.imapPort}`]).split('\n'),
    ...block('inet_listener imaps', ['address = 127.0.0.1', `port = ${home.imapsPort}`, 'ssl = yes']).split('\n'),
  ]
  return [
    block('service anvil', chroot(home)),
    block('service stats', chroot(home)),
    block('service imap-login', [...chroot(home), 'service_count = 0', 'process_min_avail = 1', ...listeners]),
  ].join('')
}

function users(home: DovecotHome, options: DovecotOptions): string {
  const { dir, owner } = home
  const oauth = ['driver = oauth2', 'mechanisms = xoauth2 oauthbearer', `args = ${dir}/oauth2.conf`]
  const owners = `uid=${owner.mailUid} gid=${owner.mailGid} home=${dir}/mail/%u`
  return [
    block('passdb', [
      'driver = passwd-file',
      'master = yes',
      `args = scheme=PLAIN username_format=%u ${dir}/master`,
      'result_success = continue',
    ]),
    options.oauthKey === undefined ? '' : block('passdb', oauth),
    block('passdb', ['driver = passwd-file', `args = scheme=PLAIN username_format=%u ${dir}/users`]),
    block('userdb', ['driver = passwd-file', `args = username_format=%u ${dir}/users`, `default_fields = ${owners}`]),
  ].join('')
}

const SPECIAL = ['Drafts', 'Sent', 'Trash', 'Junk'] as const

function namespaces(home: DovecotHome, options: DovecotOptions): string {
  const dotted = options.layout === 'inbox-dot'
  const special =
    options.specialUse === false
      ? []
      : SPECIAL.flatMap((name) => block(`mailbox ${name}`, [`special_use = \\${name}`, 'auto = subscribe']).split('\n'))
  const inbox = ['inbox = yes', ...(dotted ? ['prefix = INBOX.', 'separator = .'] : ['separator = /']), ...special]
  const shared = ['type = public', 'prefix = Public.', 'separator = .', `location = maildir:${home.dir}/public`, 'list = children']
  return block('namespace inbox', inbox) + (dotted ? block('namespace public', shared) : '')
}

const tlsLines = (home: DovecotHome, options: DovecotOptions): string =>
  options.tls === false ? 'ssl = no\n' : `ssl = yes\nssl_cert = <${home.dir}/tls/cert.pem\nssl_key = <${home.dir}/tls/key.pem\n`

/** Dovecot 2.3 configuration for one private instance. One-line `service x { key = v }` blocks are syntax errors there. */
export function dovecotConf(home: DovecotHome, options: DovecotOptions): string {
  const { dir, owner } = home
  const mechanisms = options.oauthKey === undefined ? 'plain login' : 'plain login xoauth2 oauthbearer'
  const plugin = [
    'quota = maildir:User quota',
    ...(options.maxMailSize === undefined ? [] : [`quota_max_mail_size = ${options.maxMailSize}`]),
  ]
  const protocol = ['mail_plugins = quota imap_quota']
  if (options.connectionLimit !== undefined) protocol.push(`mail_max_userip_connections = ${options.connectionLimit}`)
  if (options.hideCapabilities !== undefined) protocol.push(`imap_capability = ${capabilities(options.hideCapabilities)}`)
  return [
    `base_dir = ${dir}/run\nstate_dir = ${dir}/run\ninstance_name = offramp-${home.imapPort}\nprotocols = imap\nlisten = 127.0.0.1\n`,
    tlsLines(home, options),
    `disable_plaintext_auth = no\nauth_mechanisms = ${mechanisms}\nauth_master_user_separator = *\nauth_failure_delay = 0\n`,
    `log_path = ${dir}/log\ndefault_internal_user = ${owner.internal}\ndefault_internal_group = ${owner.group}\n`,
    `default_login_user = ${owner.login}\ndefault_client_limit = 2000\nfirst_valid_uid = 1\nmail_location = maildir:~/Maildir\n`,
    `mail_fsync = ${options.fsync ?? 'never'}\nmail_plugins = quota\nmail_max_keyword_length = ${options.keywordLength ?? 50}\n`,
    block('protocol imap', protocol),
    block('plugin', plugin),
    services(home),
    users(home, options),
    namespaces(home, options),
  ].join('')
}

/** What Dovecot 2.3.19 announces after login, so that single ones can be left out. */
const ANNOUNCED =
  'IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT SORT=DISPLAY THREAD=REFERENCES THREAD=REFS THREAD=ORDEREDSUBJECT MULTIAPPEND URL-PARTIAL ' +
  'CATENATE UNSELECT CHILDREN NAMESPACE UIDPLUS LIST-EXTENDED I18NLEVEL=1 CONDSTORE QRESYNC ESEARCH ESORT SEARCHRES WITHIN CONTEXT=SEARCH ' +
  'LIST-STATUS BINARY MOVE SNIPPET=FUZZY PREVIEW=FUZZY PREVIEW STATUS=SIZE SAVEDATE LITERAL+ NOTIFY SPECIAL-USE QUOTA'

const capabilities = (hidden: readonly string[]): string =>
  ANNOUNCED.split(' ')
    .filter((name) => !hidden.includes(name))
    .join(' ')

/** `passwd-file` lines; a quota rule rides on the user's line. */
export function dovecotUsers(options: DovecotOptions): string {
  const lines = Object.entries(options.users ?? DEFAULT_USERS).map(([login, pass]) => {
    const quota = options.quota?.[login]
    return `${login}:{PLAIN}${pass}::::::${quota === undefined ? '' : `userdb_quota_rule=*:storage=${quota}`}`
  })
  return `${lines.join('\n')}\n`
}

export const DEFAULT_USERS: Readonly<Record<string, string>> = { 'anna@example.test': 'secret' }

/** Tokens are checked on the server itself, against a key in a file: no introspection endpoint is needed. */
export const oauthConf = (dir: string): string =>
  `introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix=${dir}/keys/\nusername_attribute = sub\n`
