import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ApacheDav, haveApache, startApache } from '../../../../test/servers/apache.ts'
import { type CuttingProxy, startCuttingProxy } from '../../../../test/servers/cutting-proxy.ts'
import { filesEndpoint, soonPut } from '../../../../test/servers/files-desk.ts'

const probeOf = (ms: number): string =>
  `.offramp-probe-${Math.floor(ms / 1000)
    .toString(16)
    .padStart(8, '0')}0123456789ab.tmp`

describe.skipIf(!haveApache())('the file with which a plain server is tried', () => {
  let apache: ApacheDav
  let proxy: CuttingProxy
  beforeAll(async () => {
    apache = await startApache()
    proxy = await startCuttingProxy({ port: apache.port })
  })
  afterAll(async () => {
    await proxy?.stop()
    await apache?.stop()
  })
  const names = (): Promise<readonly string[]> => readdir(join(apache.root, 'anna'))
  const connect = async (): Promise<void> => {
    const endpoint = filesEndpoint(`http://127.0.0.1:${proxy.port}/basic/{account}/`, 'secret')
    await endpoint.connect('anna', 'file', soonPut()).finally(() => endpoint.close?.())
  }

  test('is gone also where nobody heard that it was written', async () => {
    proxy.loseAnswerTo('PUT /')
    await connect().catch(() => undefined)
    expect(proxy.suffered()).toBe(1)
    expect((await names()).filter((name) => name.startsWith('.offramp'))).toEqual([])
  })

  test('of a process that died over it is removed by the next; that of one which may be at it stays', async () => {
    const [old, fresh] = [probeOf(Date.now() - 60_000), probeOf(Date.now())]
    for (const name of [old, fresh, '.offramp-notes.tmp']) await writeFile(join(apache.root, 'anna', name), '')
    await connect()
    expect((await names()).filter((name) => name.startsWith('.offramp')).sort()).toEqual(['.offramp-notes.tmp', fresh].sort())
  })
})
