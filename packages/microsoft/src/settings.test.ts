import { MemoryGate } from '@offramp/conformance'
import { asFault, silentLog, systemClock } from '@offramp/core'
import { expect, test } from 'vitest'
import { accountOf } from './directory.ts'
import { microsoftSource } from './endpoint.ts'
import { hostsOf, type MicrosoftSettings } from './settings.ts'

const settings: MicrosoftSettings = { name: 'contoso', tenantId: 't', clientId: 'c', auth: { secret: async () => 's' } }

test.each([
  ['global', 'https://login.microsoftonline.com', 'https://graph.microsoft.com'],
  ['us-gov', 'https://login.microsoftonline.us', 'https://graph.microsoft.us'],
  ['us-dod', 'https://login.microsoftonline.us', 'https://dod-graph.microsoft.us'],
  ['china', 'https://login.chinacloudapi.cn', 'https://microsoftgraph.chinacloudapi.cn'],
] as const)('the cloud %s has its own hosts', (cloud, loginUrl, graphUrl) => {
  expect(hostsOf({ ...settings, cloud })).toEqual({ loginUrl, graphUrl })
})

test('explicit addresses go before the cloud', () => {
  expect(hostsOf({ ...settings, graphUrl: 'https://localhost:8443/' }).graphUrl).toBe('https://localhost:8443')
})

test.each(['http://graph.microsoft.com', 'graph.microsoft.com', 'https://host/v1.0', ''])(
  '%j is no address to send a token to',
  (graphUrl) => {
    const services = { gate: new MemoryGate(systemClock), clock: systemClock, log: silentLog }
    let thrown: unknown
    try {
      microsoftSource({ ...settings, graphUrl }, services)
    } catch (each) {
      thrown = each
    }
    expect([asFault(thrown).reach, asFault(thrown).code]).toEqual(['run', 'microsoft-bad-address'])
  },
)

test('an account goes by its main address, and by its others', () => {
  const user = {
    id: '1',
    userPrincipalName: 'Anna@contoso.onmicrosoft.com',
    mail: 'anna@contoso.com',
    proxyAddresses: ['SMTP:anna@contoso.com', 'smtp:a.berg@contoso.com', 'SIP:anna@contoso.com', 'X500:/o=x'],
    displayName: 'Anna Berg',
    accountEnabled: false,
  }
  expect(accountOf(user)).toEqual({
    id: '1',
    name: 'anna@contoso.com',
    kind: 'unknown',
    aliases: ['Anna@contoso.onmicrosoft.com', 'a.berg@contoso.com'],
    displayName: 'Anna Berg',
    enabled: false,
  })
})

test('a guest is named with the reason why nothing is moved; a guest with a mailbox here is not', () => {
  expect(accountOf({ id: '1', mail: 'x@y', userType: 'Guest' })?.unavailable).toMatch(/another organisation/)
  const plans = [{ service: 'exchange', capabilityStatus: 'Enabled' }]
  expect(accountOf({ id: '1', mail: 'x@y', userType: 'Guest', assignedPlans: plans })?.unavailable).toBeUndefined()
  expect(accountOf({ mail: 'x@y' })).toBeUndefined()
})
