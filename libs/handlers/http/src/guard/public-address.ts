import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
/** Public by its number, but answered by the hypervisor: Azure's WireServer, which hands out a machine's configuration. */
const HYPERVISOR = new Set(['168.63.129.16']);

/** The address that a text is, an IPv4-mapped one as the IPv4 address that it reaches; undefined for names and for zones (`%eth0`). */
export function readAddress(text: string): Address | undefined {
  if (text.includes('%') || isIP(text) === 0) return undefined;
  return ipaddr.process(text);
}

/**
 * Whether it is a host's address on the public internet: unicast by IANA's registries of special-purpose addresses. Of IPv6 only
 * 2000::/3, so that what embeds an IPv4 address (compatible, NAT64, 6to4, Teredo) and what is not assigned yet stay out.
 */
export function isPublicAddress(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  if (address instanceof ipaddr.IPv6) return address.match(GLOBAL_UNICAST);
  return !HYPERVISOR.has(address.toString());
}
