/** Waits until an HTTP server answers anything at all. Throws what it has said meanwhile when it does not. */
export async function untilAnswers(port: number, output: () => string, patienceMs = 20_000): Promise<void> {
  for (const end = Date.now() + patienceMs; Date.now() < end; ) {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'OPTIONS', redirect: 'manual' }).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer !== undefined) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`Nothing answers on port ${port}:\n${output()}`)
}
