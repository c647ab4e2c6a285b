import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import type { SentMail } from './mail.ts'

const PATIENCE_MS = 10_000

const encoded = (text: string): string => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`

/** Hands a mail to a sink in the plainest SMTP. Throws where it is not taken within 10 seconds. */
export async function sendBySmtp(
  sink: { readonly host: string; readonly port: number },
  mail: SentMail & { readonly text: string },
): Promise<void> {
  const socket = connect(sink.port, sink.host)
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error(`The sink at ${sink.host}:${sink.port} did not answer.`)))
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  const expect = async (code: string): Promise<void> => {
    for (;;) {
      const { value, done } = await lines.next()
      const line: unknown = value
      if (done || typeof line !== 'string' || !line.startsWith(code))
        throw new Error(`The sink answered ${String(line)} where ${code} was due.`)
      if (line[3] !== '-') return
    }
  }
  const say = async (text: string, code: string): Promise<void> => {
    socket.write(`${text}\r\n`)
    await expect(code)
  }
  try {
    await once(socket, 'connect')
    await expect('220')
    await say('EHLO cloud.example', '250')
    await say(`MAIL FROM:<${mail.from}>`, '250')
    await say(`RCPT TO:<${mail.to}>`, '250')
    await say('DATA', '354')
    const head = [
      `From: <${mail.from}>`,
      `To: <${mail.to}>`,
      `Subject: ${encoded(mail.subject)}`,
      `X-Scheduling: ${mail.about}`,
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
    ]
    const text = mail.text.split(/\r?\n/).map((line) => (line.startsWith('.') ? `.${line}` : line))
    await say(`${[...head, '', ...text].join('\r\n')}\r\n.`, '250')
    await say('QUIT', '221')
  } finally {
    socket.destroy()
  }
}
