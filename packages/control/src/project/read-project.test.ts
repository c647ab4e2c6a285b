import { describe, expect, it } from 'vitest'
import { InputRefused, showProblem } from './problem.ts'
import { readProject } from './read-project.ts'

const GOOD = `# yaml-language-server: $schema=../offramp.schema.json
version: 1
project: acme
redis:
  url: redis://127.0.0.1:6379/0
  password: env:REDIS_PASSWORD
source:
  kind: microsoft-365
  tenantId: contoso.onmicrosoft.com
  clientId: 11111111-2222-3333-4444-555555555555
  secret: file:secrets/client-secret
destinations:
  - kind: imap
    host: mail.example.org
mappings: mappings.csv
`

function complaints(text: string): readonly string[] {
  try {
    readProject(text, 'offramp.yaml')
  } catch (thrown) {
    if (thrown instanceof InputRefused) return thrown.problems.map(showProblem)
    throw thrown
  }
  return []
}

const changed = (from: string | RegExp, to: string): string => {
  const text = GOOD.replace(from, to)
  if (text === GOOD) throw new Error('the test changes nothing')
  return text
}

describe('a project file', () => {
  it('is read', () => {
    expect(readProject(GOOD, 'offramp.yaml')).toMatchObject({
      project: 'acme',
      source: { kind: 'microsoft-365' },
      mappings: 'mappings.csv',
    })
  })

  it.each<[string, string, RegExp]>([
    ['nothing', '', /^offramp\.yaml(:1:1)?: The project file must be a block/i],
    ['a list', '- a\n', /The project file must be a block/],
    ['a missing key', changed(/ {2}tenantId.*\n/, ''), /^offramp\.yaml:8:3: `source\.tenantId` is missing\.$/],
    [
      'a mistyped key',
      changed('tenantId', 'tenentId'),
      /^offramp\.yaml:9:3: The key `tenentId` is not known here\. Did you mean `tenantId`\?$/m,
    ],
    [
      'a key of another tool',
      changed('kind: imap', 'kind: imap\n    frobnicate: 1'),
      /:14:5: The key `frobnicate` is not known here\. Known here: /,
    ],
    ['a key in other letters', changed('clientId', 'clientID'), /:10:3: The key `clientID` .* Did you mean `clientId`\?/],
    [
      'an unknown connector',
      changed('kind: imap', 'kind: imapp'),
      /:13:5: The `kind` of a destination must be one of: imap, dav, webdav\./,
    ],
    ['a number for a text', changed('project: acme', 'project: 2027'), /:3:10: `project` must be a text \(put it in quotes/],
    [
      'a text for a number',
      changed('host: mail.example.org', 'host: mail.example.org\n    port: "many"'),
      /:15:11: `destinations\.0\.port` must be a whole number/,
    ],
    [
      'a number out of range',
      changed('host: mail.example.org', 'host: mail.example.org\n    port: 70000'),
      /:15:11: .*must be 65535 or less/,
    ],
    ['a newer version', changed('version: 1', 'version: 2'), /:2:10: `version` must be 1/],
    ['no destination', changed(/destinations:\n.*\n.*\n/, 'destinations: []\n'), /:12:15: `destinations` must not be empty/],
    ['a host with a scheme', changed('mail.example.org', 'https://mail.example.org'), /:14:11: .*bare host name/],
    ['a client id that is none', changed('11111111-2222', 'x'), /:10:13: `source\.clientId`: the application \(client\) id is a GUID/],
    ['no way to log in', changed(/ {2}secret: .*\n/, ''), /:8:3: `source` needs one way to log in: either `secret` or `certificate`/],
    ['two ways to log in', changed('  secret:', '  certificate: file:cert.pem\n  secret:'), /`source` needs one way to log in/],
    ['a bad day', changed('mappings:', 'settings:\n  plannedEnd: "31.12.2027"\nmappings:'), /:16:15: .*write a day as YYYY-MM-DD/],
    ['a key twice', `${GOOD}project: other\n`, /:16:1: The same key stands here twice/],
    ['tabs', changed('  url:', '\turl:'), /:5:1: .*(tabs|indent)/i],
    ['an open quote', changed('acme', '"acme'), /A closing quote or bracket is missing|not YAML/],
    ['two projects', `${GOOD}---\n${GOOD}`, /One file holds one project/],
  ])('is refused for %s', (_name, text, message) => expect(complaints(text).join('\n')).toMatch(message))

  it.each([
    ['a client secret', changed('file:secrets/client-secret', 'canary-9f3k')],
    ['a Redis password', changed('env:REDIS_PASSWORD', 'canary-9f3k')],
    ['a password in the address of Redis', changed('redis://127', 'redis://:canary-9f3k@127')],
    ['a secret on a broken line', changed('file:secrets/client-secret', '"canary-9f3k')],
    ['a secret with a broken quote after it', changed('file:secrets/client-secret', 'canary-9f3k: x: "y')],
    ['a secret that is a number', changed('file:secrets/client-secret', '93331337')],
  ])('never repeats %s, and says how to mend it', (_name, text) => {
    const says = complaints(text).join('\n')
    expect(says).not.toBe('')
    expect(says).not.toMatch(/canary-9f3k|93331337/)
  })

  it('tells what to do with a secret in clear', () => {
    expect(complaints(changed('file:secrets/client-secret', 'canary')).join()).toMatch(
      /:11:11: `source\.secret`: a secret is given by reference.*file:path.*env:NAME/,
    )
  })

  const google = (lines: string): string =>
    GOOD.replace(/ {2}kind: microsoft-365\n {2}tenantId.*\n {2}clientId.*\n {2}secret.*\n/, `  kind: google-workspace\n${lines}`)

  it('may read from a Google Workspace, with a key or without', () => {
    for (const way of ['  key: file:secrets/key.json\n', '  signAs: offramp@acme.iam.gserviceaccount.com\n  accessToken: env:TOKEN\n']) {
      expect(readProject(google(`  admin: admin@example.com\n  labels: copies\n${way}`), 'offramp.yaml').source).toMatchObject({
        labels: 'copies',
      })
    }
  })

  it.each<[string, string, RegExp]>([
    ['no administrator', '  key: file:key.json\n', /`source\.admin` is missing/],
    ['an administrator who is no address', '  admin: boss\n  key: file:key.json\n', /write an address/],
    ['no way to sign', '  admin: a@b.example\n', /`source` needs one way to sign: either `key` or `signAs`/],
    ['two ways to sign', '  admin: a@b.example\n  key: file:key.json\n  signAs: x@y.example\n', /needs one way to sign/],
    ['a key in clear', '  admin: a@b.example\n  key: "-----BEGIN canary-9f3k"\n', /a secret is given by reference/],
    [
      'a policy that is none',
      '  admin: a@b.example\n  key: file:key.json\n  labels: folders\n',
      /must be one of: folder, copies, archive\. Did you mean folder/,
    ],
    ['a key of the other kind', '  admin: a@b.example\n  key: file:key.json\n  tenantId: x.example\n', /`tenantId` is not known here/],
    ['a source that is not known', '  admin: a@b.example\n', /must be one of: microsoft-365, google-workspace/],
  ])('of a Google Workspace is refused for %s', (name, lines, message) => {
    const text = google(lines)
    const says = complaints(name.includes('not known') ? text.replace('google-workspace', 'google') : text).join('\n')
    expect(says).toMatch(message)
    expect(says).not.toContain('canary-9f3k')
  })

  it('names all that is wrong at once', () => {
    const text = changed('tenantId', 'tenentId').replace('kind: imap', 'kind: pop3').replace('acme', 'Acme!')
    expect(complaints(text)).toHaveLength(4)
  })

  it('does not take a key for a part of JavaScript', () => {
    expect(complaints(changed('kind: imap', 'kind: imap\n    __proto__: {polluted: true}')).join()).toMatch(/`__proto__` is not known here/)
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })

  it('does not grow without bound over aliases', () => {
    const lines = Array.from(
      { length: 12 },
      (_, index) => `k${index}: &a${index} [${Array.from({ length: 10 }, () => (index === 0 ? 'x' : `*a${index - 1}`)).join(',')}]`,
    )
    expect(complaints(lines.join('\n')).join()).toMatch(/refers to itself too often/)
  })
})
