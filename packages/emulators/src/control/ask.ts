/** Sends a wish to a control server. Throws what the emulator said where it refuses. */
export type Ask = (method: string, path: string, body?: unknown) => Promise<Response>

const PATIENCE_MS = 120_000

/** What the emulator answers has the shape that this package gives it. */
export async function read<Answer>(response: Promise<Response>): Promise<Answer> {
  const answer: Answer = JSON.parse(await (await response).text())
  return answer
}

/** Waits for an answer that says nothing. */
export async function done(response: Promise<Response>): Promise<void> {
  await (await response).arrayBuffer()
}

export function asker(url: string): Ask {
  return async (method, path, body) => {
    const response = await fetch(`${url}${path}`, {
      method,
      // One connection for each: an idle one may be closed in the very moment in which a busy machine comes to use it again.
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (response.ok) return response
    throw new Error(`The emulator refused ${method} ${path}: ${await response.text()}`)
  }
}

/** All items of a list that is handed out in parts, or the range that is wanted. */
export async function inParts<Item>(
  part: (from: number) => Promise<{ readonly messages: readonly Item[]; readonly page: number }>,
  range?: { readonly from: number; readonly count: number },
): Promise<readonly Item[]> {
  const all: Item[] = []
  const start = range?.from ?? 0
  const wanted = range?.count ?? Number.POSITIVE_INFINITY
  while (all.length < wanted) {
    const { messages, page } = await part(start + all.length)
    all.push(...messages)
    if (messages.length < page) break
  }
  return wanted === Number.POSITIVE_INFINITY ? all : all.slice(0, wanted)
}
