/** Limits of CalDAV and CardDAV servers. Each has its source; those with a setting are overridable per endpoint. */

/** Requests of one account in flight at once: PHP servers (Nextcloud) give each request a process, and SQLite locks. */
export const CONNECTIONS_PER_ACCOUNT = 4

/** Requests to one host in flight at once: a small PHP-FPM pool has five to twenty processes, and people work there as well. */
export const CONNECTIONS = 16

/** Milliseconds for which a login is taken for what it was, unless it is refused. */
export const LOGIN_MS = 5_000

/** How `putMany` likes its batches: one confirmation for so many writes. */
export const BATCH = { items: 32, bytes: 8 * 1024 * 1024 } as const

/** Bytes of one answer that is read whole: an object with all its attachments, or a listing of collections. */
export const OBJECT_BYTES = 128 * 1024 * 1024

/** Bytes of a listing of one collection, read as a stream: 50,000 items take some 30 MB (Nextcloud: 600 bytes each). */
export const LISTING_BYTES = 1024 * 1024 * 1024

/** Bytes of an item beyond which nothing is tried: memory holds it a few times over while it is made ready. */
export const ITEM_BYTES = 100 * 1024 * 1024

/** Items and bytes asked for in one multiget of a walk. */
export const PAGE = { items: 100, bytes: 4 * 1024 * 1024 } as const

/** Nesting of XML that any DAV answer needs, several times over. */
export const XML_DEPTH = 64

/** Bytes of an event that Nextcloud takes (apps/dav CalDavValidatePlugin, `event_size_limit`), where it does not say so. */
export const NEXTCLOUD_EVENT_BYTES = 10_485_760

/** Bytes of a card that Nextcloud takes (apps/dav CardDavValidatePlugin, `card_size_limit`), where it does not say so. */
export const NEXTCLOUD_CARD_BYTES = 5_242_880

/** Calendars an account of Nextcloud may make in an hour, and have (apps/dav RateLimitingPlugin). */
export const NEXTCLOUD_CALENDARS = { perHour: 10, most: 30 } as const

/** Address books an account of Nextcloud may make in an hour, and have (the same). */
export const NEXTCLOUD_ADDRESS_BOOKS = { perHour: 10, most: 10 } as const

/** Milliseconds to wait after "Too many calendars created", which does not say how long: places fall free one by one within an hour. */
export const CREATION_MS = 600_000

/** Milliseconds to wait after "too many requests" for one more share, which does not say how long: places fall free one by one within ten minutes. */
export const SHARES_MS = 60_000

/** Milliseconds to wait for maintenance mode, which does not say how long. */
export const MAINTENANCE_MS = 60_000

/** Longest side of a photo in pixels where nothing is chosen, and bytes that a scaled one should not exceed (ActiveSync clients mind more). */
export const PHOTO = { pixels: 512, bytes: 100_000, inputPixels: 100_000_000 } as const

/** Characters of a UID, and of a collection's description, that Nextcloud's tables hold: what is longer is answered with 500 (seen with 32.0.1). */
export const NEXTCLOUD_CHARACTERS = 255

/** Milliseconds for which a listing of the account's collections tells what lies in the trash bin. */
export const LISTED_MS = 60_000

/** Characters of a collection's name: Cyrus and Nextcloud (255) keep no more. */
export const NAME_CHARACTERS = 200
