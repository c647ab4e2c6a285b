/** Limits of IMAP servers. Each has its source; those with a setting are overridable per endpoint. */

/** Dovecot allows 10 connections per user and address (`mail_max_userip_connections`); the person may have some open as well. */
export const CONNECTIONS_PER_ACCOUNT = 4

/** A small server's `default_client_limit` bears hundreds; ten busy writers fill most disks. */
export const CONNECTIONS = 10

/** Milliseconds. A ticket of the gate lapses by itself when it is held too long, so one that is kept is taken anew. */
export const TICKET_MS = 60_000

/**
 * How a MULTIAPPEND is filled. Measured with Dovecot 2.3.19 and 20 kB messages: 20 a batch give 5,471/s, 100 give 7,068/s against 530/s one by
 * one; memory is the batch's bytes times connections.
 */
export const BATCH = { items: 50, bytes: 8 * 1024 * 1024 } as const

/** A server can refuse a larger non-synchronizing literal only by hanging up (RFC 7888), so that larger ones ask first. */
export const ASK_FIRST_BYTES = BATCH.bytes

/** Bytes of a keyword. Dovecot 2.3: longer ones fail the whole APPEND with "NO [CANNOT] Keyword length too long". */
export const KEYWORD_BYTES = 50

/** Keywords of one mailbox. Maildir has 26 letters in its file names; Dovecot keeps further ones in its index only, and loses them with it. */
export const KEYWORDS_PER_MAILBOX = 26

/** Bytes of a whole path after modified UTF-7: Maildir++ makes one folder name of it, and file systems allow 255. */
export const PATH_BYTES = 230

/** Bytes of one part of a path. Dovecot 2.3.19 takes 200, and answers 255 with "NO Not found". */
export const PART_BYTES = 180

/** Messages whose flags and date are read back at the start of each connection, before the server is trusted with them. */
export const PROBATION = 20

/** Messages asked for in one FETCH of a walk. */
export const WALK_CHUNK = 1_000

/** Bytes fetched at once of one message. */
export const READ_CHUNK = 4 * 1024 * 1024

/** Milliseconds to wait after `[LIMIT]`, `[INUSE]` or `[UNAVAILABLE]`, none of which says how long. */
export const BUSY_MS = 60_000

/** Milliseconds since the Unix epoch: 1970-01-02. Dovecot 2.3 makes 2036 and 2096 of dates before 1970, Cyrus 3.6 refuses them. */
export const EARLIEST_DATE = 86_400_000
