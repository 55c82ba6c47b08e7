import ipaddr from 'ipaddr.js';
import { type Address, readAddress } from './public-address.js';

interface NetworkRule {
  network: Address;
  bits: number;
  port: number | undefined;
}
interface HostRule {
  host: string;
  port: number | undefined;
}

const HOST = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_][a-z0-9_-]{0,62})*$/;
const FORMS =
  'an address, a network or a host name, each with or without a port, such as 10.0.0.0/8 or api.internal:8080';

/** What the operator lets jobs call although it is not on the public internet. */
export class AllowList {
  constructor(
    private readonly networks: readonly NetworkRule[] = [],
    private readonly hosts: readonly HostRule[] = [],
  ) {}

  /** @param host in lower case, without a dot at its end */
  allowsHost(host: string, port: number): boolean {
    return this.hosts.some((rule) => rule.host === host && (rule.port ?? port) === port);
  }

  allowsAddress(address: Address, port: number): boolean {
    return this.networks.some(
      (rule) =>
        (rule.port ?? port) === port &&
        rule.network.kind() === address.kind() &&
        address.match([rule.network, rule.bits]),
    );
  }
}

/** Reads the items; what is wrong with one goes to `faults`, as a sentence that names it. */
export function parseAllowList(items: readonly string[], faults: string[]): AllowList {
  const networks: NetworkRule[] = [];
  const hosts: HostRule[] = [];
  for (const item of items) {
    const { subject, port } = splitPort(item);
    const network = port === null ? undefined : readNetwork(subject);
    if (port === null) faults.push(`"${item}" has no valid port`);
    else if (typeof network === 'string') faults.push(`"${item}": ${network}`);
    else if (network) networks.push({ ...network, port });
    else if (HOST.test(subject) && isName(subject)) hosts.push({ host: subject, port });
    else faults.push(`"${item}" is not ${FORMS}`);
  }
  return new AllowList(networks, hosts);
}

/** `port` is undefined where there is none, null where it is no port. */
function splitPort(item: string): { subject: string; port: number | undefined | null } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(item);
  const plain = /^([^:]*)(?::([^:]*))?$/.exec(item);
  const [, subject = item, port] = bracketed ?? plain ?? [];
  return { subject: subject.toLowerCase(), port: port === undefined ? undefined : readPort(port) };
}

function readPort(text: string): number | null {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : null;
}

/** A sentence when it is nearly one. */
function readNetwork(subject: string): { network: Address; bits: number } | string | undefined {
  const [text = '', bitsText, more] = subject.split('/');
  const network = readAddress(text);
  if (!network || more !== undefined) return undefined;
  const width = network.kind() === 'ipv4' ? 32 : 128;
  if (bitsText === undefined) return { network, bits: width };
  const bits = /^\d{1,3}$/.test(bitsText) ? Number(bitsText) : width + 1;
  if (bits > width) return `the length of its prefix is not within 0 and ${width}`;
  const first = (network.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6).networkAddressFromCIDR(`${network}/${bits}`);
  // 10.0.0.5/8 was meant as one address, or as 10.0.0.0/8: better asked than guessed.
  return first.toString() === network.toString() ? { network, bits } : `the network is ${first}/${bits}; write that`;
}

/** Whether a URL parser, too, takes it for a name: `0x7f.1` and `2130706433` are addresses to it. */
function isName(host: string): boolean {
  return URL.canParse(`http://${host}/`) && new URL(`http://${host}/`).hostname === host;
}
