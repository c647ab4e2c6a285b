import { BlockList, isIP } from 'node:net'

/**
 * Addresses at which no provider is, but a machine's or a cloud's own secrets: link-local ones with the metadata services among them, the
 * metadata services outside of them (Amazon over IPv6, Google over IPv6, Azure's host agent, Alibaba), "this host", and multicast. Nothing
 * is ever asked there, whatever a name says, unless the operator wrote the very address.
 */
const NEVER = listOf(
  ['169.254.0.0', 16],
  ['fe80::', 10],
  ['fd00:ec2::', 32],
  ['fd20:ce::', 32],
  ['168.63.129.16', 32],
  ['100.100.100.200', 32],
  ['0.0.0.0', 8],
  ['::', 128],
  ['224.0.0.0', 3],
  ['ff00::', 8],
  // NAT64 makes IPv6 addresses of all IPv4 ones, and these two of the first and third line above.
  ['64:ff9b::a9fe:0', 112],
  ['64:ff9b::a83f:8110', 128],
)

/** This machine and the networks around it. A host out there must not send us to them. */
const INSIDE = listOf(
  ['127.0.0.0', 8],
  ['::1', 128],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['fc00::', 7],
  ['64:ff9b::7f00:0', 104],
  ['64:ff9b::a00:0', 104],
  ['64:ff9b::ac10:0', 108],
  ['64:ff9b::c0a8:0', 112],
)

function listOf(...subnets: readonly (readonly [net: string, bits: number])[]): BlockList {
  const list = new BlockList()
  for (const [net, bits] of subnets) list.addSubnet(net, bits, isIP(net) === 4 ? 'ipv4' : 'ipv6')
  return list
}

const within = (list: BlockList, address: string): boolean => list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')

/** Whether nothing may be asked at this address, given as a number. */
export type Refuses = (address: string) => boolean

/** For hosts that the operator named: all networks are theirs to choose. */
export const refusedAlways: Refuses = (address) => within(NEVER, address)

/** For hosts that somebody else named, such as the target of a redirect. */
export const refusedFromOutside: Refuses = (address) => within(NEVER, address) || within(INSIDE, address)

/** The host of a URL as a number; undefined for a name. */
export function addressIn({ hostname }: URL): string | undefined {
  const bare = hostname.replaceAll(/^\[|\]$/g, '')
  return isIP(bare) === 0 ? undefined : bare
}

/** A host that the operator chose inside: what it says about the networks around it is believed. */
export function isInside(url: URL): boolean {
  const address = addressIn(url)
  return address === undefined ? /(^|\.)localhost$/i.test(url.hostname) : within(INSIDE, address)
}
