import { hash32 } from '../../generate/random.ts'

interface Awkward {
  readonly bytes: Buffer
  /** Absent: like the others. */
  readonly internalDate?: number
}

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')

/** What `format=raw` is known to hold, though no standard would have it (facts 4.1): one of each, told apart by `at`. */
export const AWKWARD = (key: string, at: number): readonly Awkward[] => {
  const mark = `${hash32(key, 'awkward', at).toString(36)}.${at}`
  return [
    { bytes: latin1(`From: a@b.example\r\nSubject: Gr\xfc\xdfe ${mark}\r\n\r\nSch\xf6ne Gr\xfc\xdfe, no charset said ${mark}\r\n`) },
    { bytes: latin1(`From: a@b.example\nSubject: bare LF ${mark}\nMessage-ID: <${mark}@lf.example>\n\none\ntwo ${mark}\n`) },
    { bytes: latin1(`no header at all, only text ${mark}\r\nand a second line\r\n`) },
    { bytes: latin1(`From: a@b.example\r\nSubject: from the beginning of time ${mark}\r\n\r\nhello\r\n`), internalDate: 0 },
    // Ends within a line, and within a CRLF.
    { bytes: latin1(`Subject: no last line feed ${mark}\r\n\r\ncut\r`) },
  ]
}

/** An old Hangouts chat: its raw is no mail that anyone could use. */
export const chatBytes = (address: string, at: number): Buffer =>
  Buffer.from(
    `From: Someone <someone@hangouts.example>\r\nTo: ${address}\r\n\r\n<con:conversation xmlns:con="google:archive:conversation"><cli:message>hello ${at}</cli:message></con:conversation>`,
  )
