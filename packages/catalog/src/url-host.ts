import { Fault } from '@offramp/core'

/** The host of an address, by which the table may name a destination. */
export function hostOfUrl(url: string): string {
  const parsed = URL.parse(url)
  if (parsed !== null) return parsed.host
  throw new Fault({
    reach: 'run',
    code: 'catalog-dav-url',
    message: 'The url of a destination cannot be read.',
    remedy: 'Write https://cloud.example.org',
  })
}
