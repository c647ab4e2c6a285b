/** Mailbox names as IMAP4rev1 writes them (RFC 3501 section 5.1.3). */
export function encodeMailbox(name: string): string {
  return name.replace(/&|[^\x20-\x7e]+/g, (run) => (run === '&' ? '&-' : `&${base64(run)}-`))
}

function base64(run: string): string {
  const bytes = Buffer.from(run, 'utf16le').swap16()
  return bytes.toString('base64').replace(/=+$/, '').replaceAll('/', ',')
}

/** What is not modified UTF-7 stays as it stands: some servers store raw 8-bit names. */
export function decodeMailbox(wire: string): string {
  return wire.replace(/&([A-Za-z0-9+,]*)-/g, (whole, run: string) => {
    if (run === '') return '&'
    const bytes = Buffer.from(run.replaceAll(',', '/'), 'base64')
    if (bytes.length < 2) return whole
    return bytes
      .subarray(0, bytes.length & ~1)
      .swap16()
      .toString('utf16le')
  })
}

/** Bytes that a name takes on the wire and, mostly, on the server's disk. */
export const mailboxBytes = (name: string): number => encodeMailbox(name).length
