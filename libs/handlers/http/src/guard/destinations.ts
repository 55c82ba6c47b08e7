import { networkInterfaces } from 'node:os';
import { refuse } from '../http-failure.js';
import type { AllowList } from './allow-list.js';
import { type Address, isPublicAddress, readAddress } from './public-address.js';

/** A URL that may be called, as far as its text tells. */
export interface Target {
  /** Canonical: scheme, host and port are what a connection is made to. */
  url: URL;
  /** In lower case, without brackets and without a dot at its end. */
  host: string;
  port: number;
}

const DEFAULT_PORTS: Record<string, number> = { 'http:': 80, 'https:': 443 };
/** Below it live mail, remote shells and file shares, which a body of the submitter's choice must not reach. */
const FIRST_FREE_PORT = 1024;

/**
 * Where requests may go: the public internet, and what the operator's list adds. The URL is judged as the WHATWG parser reads it, so
 * that every spelling of an address (decimal, octal, hexadecimal, percent-encoded, full-width) is the same address here and there.
 */
export class Destinations {
  constructor(
    private readonly allow: AllowList,
    private readonly ownAddresses: () => ReadonlySet<string> = addressesOfThisMachine,
  ) {}

  /** @throws FailJob when the URL itself is a reason not to call it; of a name only the addresses tell the rest */
  checkUrl(text: string, startFrom?: URL): Target {
    const target = readTarget(text, startFrom);
    const { host, port } = target;
    const address = readAddress(host);
    const named =
      this.allow.allowsHost(host, port) || (address !== undefined && this.allow.allowsAddress(address, port));
    if (named) return target;
    if (port !== 80 && port !== 443 && port < FIRST_FREE_PORT) {
      throw refuse('http.port-refused', `Port ${port} is not one that requests may go to.`);
    }
    if (address ? !this.isReachable(address, port) : host === 'localhost' || host.endsWith('.localhost')) {
      throw addressRefused(host);
    }
    return target;
  }

  /** Whether the operator named this host: such a name may stand in the machine's own hosts file. */
  isNamedHost(host: string, port: number): boolean {
    return this.allow.allowsHost(host, port);
  }

  /**
   * What a name resolved to. One bad address refuses them all: a name that answers public and private ones is no accident to profit from.
   * @throws FailJob
   */
  checkAddresses(host: string, port: number, addresses: readonly string[]): void {
    if (this.allow.allowsHost(host, port)) return;
    for (const text of addresses) {
      const address = readAddress(text);
      if (!address || !this.isReachable(address, port)) throw addressRefused(host);
    }
  }

  private isReachable(address: Address, port: number): boolean {
    if (this.allow.allowsAddress(address, port)) return true;
    return isPublicAddress(address) && !this.ownAddresses().has(address.toString());
  }
}

function readTarget(text: string, startFrom: URL | undefined): Target {
  const url = URL.canParse(text, startFrom?.href) ? new URL(text, startFrom?.href) : undefined;
  if (!url) throw refuse('http.url-invalid', 'The URL cannot be read.');
  const defaultPort = DEFAULT_PORTS[url.protocol];
  if (defaultPort === undefined) throw refuse('http.scheme-refused', 'Only http and https URLs can be called.');
  if (url.username !== '' || url.password !== '') {
    throw refuse('http.userinfo-refused', 'Credentials do not belong into a URL: name a secret in a header.');
  }
  // Written back and read again: what is an address once its dots are gone (`0x7f.1..`) has to be seen as one.
  if (url.hostname.endsWith('.')) url.hostname = url.hostname.replace(/\.+$/, '');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (host === '' || host.endsWith('.')) throw refuse('http.url-invalid', 'The URL names no host.');
  url.hash = '';
  return { url, host, port: url.port === '' ? defaultPort : Number(url.port) };
}

/** Not which address: who may submit must not learn how names resolve inside. */
function addressRefused(host: string) {
  return refuse(
    'http.address-refused',
    `Host "${host.slice(0, 253)}" is not on the public internet, and this worker's HTTP_ALLOW does not name it.`,
  );
}

/** A public address of the worker's own machine leads inside, too. Read each time: interfaces come and go. */
function addressesOfThisMachine(): Set<string> {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return new Set(all.map(({ address }) => readAddress(address)?.toString() ?? address));
}
