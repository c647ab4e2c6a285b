import { fastClock, MemoryGate } from '@offramp/conformance'
import { asFault, silentLog } from '@offramp/core'
import { makeWire } from '@offramp/wire'
import { expect, test } from 'vitest'
import { linkOf, makeGraph } from './client.ts'

const HOSTS = { graphUrl: 'https://graph.example', loginUrl: 'https://login.example' }
const METADATA = 'https://169.254.169.254/latest/meta-data/?x=1'

test('of a link that Graph gives only path and query are kept, whatever host it names', () => {
  expect(linkOf({ '@odata.nextLink': METADATA }, '@odata.nextLink')).toBe('/latest/meta-data/?x=1')
  expect(linkOf({ '@odata.deltaLink': 'http://localhost:6379/v1.0/users' }, '@odata.deltaLink')).toBe('/v1.0/users')
  expect(linkOf({ '@odata.nextLink': 'no address' }, '@odata.nextLink')).toBeUndefined()
})

test.each([METADATA, 'https://graph.example.evil.example/v1.0/users', 'https://graph.example:8443/v1.0/users'])(
  'a path that leads to %s is not followed, and nobody is given the token',
  async (path) => {
    const clock = fastClock(100)
    const asked: string[] = []
    const wire = makeWire({
      gate: new MemoryGate(clock),
      log: silentLog,
      clock,
      userAgent: 'test',
      classify: () => undefined,
      lookup: (name, _options, done) => {
        asked.push(name)
        done(Object.assign(new Error('nobody'), { code: 'ENOTFOUND' }), [])
      },
    })
    const tokens = { token: async () => 'token', refused: () => {} }
    const settings = { name: 'tenant', tenantId: 't', clientId: 'c', auth: { secret: async () => 's' } }
    const graph = makeGraph(settings, { wire, tokens, hosts: HOSTS })
    const fault = await graph.directory.json({ path, asks: 'users', tries: 1 }, { signal: new AbortController().signal }).catch(asFault)
    expect(fault).toMatchObject({ reach: 'run', code: 'graph-foreign-host' })
    expect(asked).toEqual([])
    await wire.close()
  },
)
