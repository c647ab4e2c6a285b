import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

/** A certificate and its key, PEM. */
export interface KeyPair {
  readonly cert: string
  readonly key: string
}

export interface CertificateWish {
  /** Host names and IP addresses; the first is the common name. */
  readonly hosts: readonly string[]
  /** Milliseconds since the Unix epoch. Default: an hour ago. */
  readonly notBefore?: number
  /** Default: a day ahead. A time that is past makes an expired certificate. */
  readonly notAfter?: number
}

/** A certificate authority that lives as long as a test: emulators and servers get their TLS certificates from it. */
export interface Authority {
  /** PEM of the CA certificate, for a client's `ca`. */
  readonly ca: string
  issue(wish: CertificateWish): Promise<KeyPair>
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const HOUR = 3_600_000

x509.cryptoProvider.set(webcrypto)

const newKeys = (): Promise<webcrypto.CryptoKeyPair> => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])

const pemOf = async (key: webcrypto.CryptoKey): Promise<string> =>
  x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')

const isAddress = (host: string): boolean => /^[\d.]+$|:/.test(host)

/** Makes a new authority; its key never leaves this process. */
export async function makeAuthority(): Promise<Authority> {
  const keys = await newKeys()
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Offramp laboratory CA',
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(Date.now() - HOUR),
    notAfter: new Date(Date.now() + 48 * HOUR),
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { ca: ca.toString('pem'), issue: (wish) => issue(ca, keys.privateKey, wish) }
}

async function issue(ca: x509.X509Certificate, signingKey: webcrypto.CryptoKey, wish: CertificateWish): Promise<KeyPair> {
  const keys = await newKeys()
  const cert = await x509.X509CertificateGenerator.create({
    subject: `CN=${wish.hosts[0] ?? 'localhost'}`,
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(wish.notBefore ?? Date.now() - HOUR),
    notAfter: new Date(wish.notAfter ?? Date.now() + 24 * HOUR),
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
      new x509.SubjectAlternativeNameExtension(wish.hosts.map((host) => ({ type: isAddress(host) ? 'ip' : 'dns', value: host }))),
      await x509.AuthorityKeyIdentifierExtension.create(ca.publicKey),
    ],
  })
  return { cert: cert.toString('pem'), key: await pemOf(keys.privateKey) }
}
