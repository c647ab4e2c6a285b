/** Limits of servers that hold files. Each has its source; those with a setting are overridable per endpoint. */

/** Bytes of one chunk. S3 takes none below 5 MiB but the last, and none above 5 GB; a chunk is held in memory while it travels. */
export const CHUNK = { usual: 16 * 1024 * 1024, least: 5 * 1024 * 1024, most: 5_000_000_000 } as const

/**
 * Files that go whole where chunks are taken as well. `most` bytes: what Nextcloud's documentation lets nginx take (`client_max_body_size 512M`, and
 * PHP beside it). `ms`: for how long one may be on its way, and so how much a break costs. `measured`: bytes that say how fast it goes.
 */
export const WHOLE = { most: 512 * 1024 * 1024, ms: 30_000, measured: 4 * 1024 * 1024, mostBreaks: 6 } as const

/** Names of chunks: 1 to this (Nextcloud, chunked upload v2). */
export const MOST_CHUNKS = 10_000

/** Bytes that all files under way of one process hold in memory together. */
export const MEMORY_BYTES = 48 * 1024 * 1024

/** A chunk that is larger goes through without being held. */
export const HELD_BYTES = 24 * 1024 * 1024

/** How `putMany` likes its batches. PHP holds a bulk upload in memory: not above some 100 files and 20 MB. */
export const BATCH = { items: 100, bytes: 16 * 1024 * 1024, atOnce: 4 } as const

/** Files of this many bytes go in bulk; larger ones cost as much as a request of their own. */
export const BULK_ITEM_BYTES = 1024 * 1024

/** Entries of a folder up to which it is listed before a bulk upload into it. */
export const BULK_FOLDER = 2_000

/**
 * Bytes of a name on a Nextcloud. Its database has room for 250, and so it takes 250. But of what has no room there for `.v1700000000` no version can be read
 * again (above 243 none is even listed), without a word, and nobody can delete it from a Team folder (500), where `.d1700000000` does not fit (seen on 34.0.1
 * with groupfolders 22.0.6 and PostgreSQL). Before `since` nobody, a person at work included, can write to one that has no room on a disk for
 * `.ocTransferId<number>.part`.
 */
export const NAME_BYTES = { usual: 238, before: 220, since: 32 } as const

/** Seconds. Nextcloud answers older dates with 500, and has stored the file by then. */
export const OLDEST_SECONDS = 86_401

/** Milliseconds for which a server may put a file together after it has stopped answering: PHP's own limit in Nextcloud is an hour. */
export const ASSEMBLY_MS = 3_600_000

/** Milliseconds after which a request to put a file together that has arrived is taken to be under way, besides the time for its bytes. */
export const UNHEARD_MS = 30_000

/** Milliseconds between two looks at a file that is being put together: growing. */
export const LOOK = { first: 5_000, most: 60_000 } as const

/** Milliseconds between two signs of life of a write that waits: `putSeconds` may be 2. */
export const SIGN_MS = 1_000

/** Bytes at the end of a file that are read back where the server proves nothing. */
export const SAMPLE_BYTES = 65_536

/** Places of a file, spread over it with both its ends, at which what stands there is compared with the source. */
export const SAMPLES = 32

/**
 * Bytes of a file above which no server is asked for a hash, and nothing is read a second time for a proof: at 300 MB a second a hash takes a minute,
 * which is when proxies give up, and whoever has sent a part of such a file before would read hours of it again.
 */
export const PROVED_BYTES = 16 * 1024 ** 3

/** Milliseconds in which one file may travel, however slow the line; silence is what ends it before. */
export const TRANSFER_MS = 86_400_000

/** Bytes of a listing of a folder: 200,000 children are some 120 MB. */
export const FOLDER_BYTES = 1024 * 1024 * 1024
