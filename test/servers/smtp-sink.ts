import { createServer, type Socket } from 'node:net'

export interface Mail {
  readonly from: string
  readonly to: readonly string[]
  readonly text: string
}

/** Takes every mail and sends none: the witness of who would have been mailed. */
export interface SmtpSink {
  readonly port: number
  readonly mails: readonly Mail[]
  close(): Promise<void>
}

interface Talk {
  from: string
  to: string[]
  data: string[] | undefined
}

const address = (line: string): string => /<([^>]*)>/.exec(line)?.[1] ?? ''

/** What one line of a client is answered. Undefined: nothing, inside a message. */
function answer(line: string, talk: Talk, mails: Mail[]): string | undefined {
  if (talk.data !== undefined) {
    if (line !== '.') return void talk.data.push(line.startsWith('..') ? line.slice(1) : line)
    mails.push({ from: talk.from, to: talk.to, text: talk.data.join('\r\n') })
    talk.data = undefined
    talk.to = []
    return '250 kept'
  }
  const verb = line.slice(0, 4).toUpperCase()
  if (verb === 'EHLO') return '250-sink\r\n250 8BITMIME'
  if (verb === 'MAIL') talk.from = address(line)
  if (verb === 'RCPT') talk.to.push(address(line))
  if (verb === 'DATA') {
    talk.data = []
    return '354 go on'
  }
  return verb === 'QUIT' ? '221 bye' : '250 ok'
}

function listen(socket: Socket, mails: Mail[]): void {
  const talk: Talk = { from: '', to: [], data: undefined }
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    const lines = (rest + String(chunk)).split('\r\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const said = answer(line, talk, mails)
      if (said !== undefined) socket.write(`${said}\r\n`)
      if (said?.startsWith('221')) socket.end()
    }
  })
  socket.write('220 sink ESMTP\r\n')
}

export function startSmtpSink(): Promise<SmtpSink> {
  const mails: Mail[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    listen(socket, mails)
  })
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      for (const socket of sockets) socket.destroy()
      server.close(() => resolve())
    })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address()
      resolve({ port: typeof bound === 'object' && bound !== null ? bound.port : 0, mails, close })
    })
  })
}
