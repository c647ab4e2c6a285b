/** Limits of servers that hold files. Each has its source; those with a setting are overridable per endpoint. */

/** Bytes of one chunk. S3 takes none below 5 MiB but the last, and none above 5 GB; a chunk is held in memory while it travels. */
export const CHUNK = { usual: 16 * 1024 * 1024, least: 5 * 1024 * 1024, most: 5_000_000_000 } as const

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
 * Bytes of a name that Nextcloud 24 can still write to: it adds `.ocTransferId<number>.part`, and its disk holds 255. 32.0.1 writes to a hash of the name.
 */
export const WRITABLE_NAME = { bytes: 220, until: 32 } as const

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
