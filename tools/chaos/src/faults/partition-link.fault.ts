import { type Instance, type Links, REACHES, type Server, serviceOf } from '@windlass/testbed';
import type { Fault, Group, Injection } from './fault.js';
import { NothingFree } from './holds.js';

type TcpProxy = ReturnType<Links['of']>;

interface Way {
  name: string;
  proxy: TcpProxy;
}

/** One link of one instance, which no other fault has in hand. */
function oneLink({ bed, draw, holds }: Injection, to: readonly Server[]): Way[] {
  const all = bed.instances.flatMap((name) =>
    REACHES[serviceOf(name)].filter((server) => to.includes(server)).map((server) => [name, server] as const),
  );
  const free = holds.free(all.map(([name, server]) => `${name} ${server}`));
  const picked = draw.pick(free);
  holds.take(picked);
  const [name, server] = picked.split(' ') as [Instance, Server];
  return [{ name: picked, proxy: bed.links.of(name, server) }];
}

/** All links of one instance, or of all instances of a service. */
function allLinks({ bed, holds }: Injection, names: readonly Instance[]): Way[] {
  const ways = names.flatMap((name) =>
    REACHES[serviceOf(name)].map((server) => ({ name: `${name} ${server}`, proxy: bed.links.of(name, server) })),
  );
  holds.take(...ways.map((way) => way.name));
  return ways;
}

/** The first instance whose links are all free, beginning with a drawn one. */
function isolated(injection: Injection): Way[] {
  const { bed, draw } = injection;
  const from = draw.whole(0, bed.instances.length - 1);
  for (let turn = 0; turn < bed.instances.length; turn += 1) {
    try {
      return allLinks(injection, [bed.instances[(from + turn) % bed.instances.length]!]);
    } catch (error) {
      if (!(error instanceof NothingFree)) throw error;
    }
  }
  throw new NothingFree('a link of each instance is in hands');
}

const instancesOf = ({ bed }: Injection, service: string) =>
  bed.instances.filter((name) => serviceOf(name) === service);

function onLinks(
  name: string,
  groups: readonly Group[],
  about: string,
  choose: (injection: Injection) => Way[],
  begin: (proxy: TcpProxy, injection: Injection) => void,
  end: (proxy: TcpProxy) => void,
): Fault {
  return {
    ...{ name, groups, about },
    inject: async (injection) => {
      const ways = choose(injection);
      for (const { proxy } of ways) begin(proxy, injection);
      return {
        targets: ways.map((way) => way.name),
        heal: async () => {
          for (const { proxy } of ways) end(proxy);
        },
      };
    },
  };
}

const MESSAGES_AND_ROWS: readonly Server[] = ['postgres', 'rabbitmq'];
const thaw = (proxy: TcpProxy) => proxy.setFrozen(false);
const reachAgain = (proxy: TcpProxy) => proxy.setReachable(true);

export const PARTITIONS: readonly Fault[] = [
  onLinks(
    'partition',
    ['network'],
    'all links of one instance cut, new connections refused',
    isolated,
    (proxy) => proxy.setReachable(false),
    reachAgain,
  ),
  onLinks(
    'silence',
    ['network'],
    'all links of one instance silent in both directions, connections stay open',
    isolated,
    (proxy) => proxy.setFrozen(true),
    thaw,
  ),
  onLinks(
    'link-cut',
    ['network'],
    'one link of one instance cut, new connections refused',
    (at) => oneLink(at, MESSAGES_AND_ROWS),
    (proxy) => proxy.setReachable(false),
    reachAgain,
  ),
  onLinks(
    'lost-requests',
    ['network'],
    'half-open: what one instance sends to a server does not arrive',
    (at) => oneLink(at, MESSAGES_AND_ROWS),
    (proxy) => proxy.setFrozen(true, 'to-server'),
    thaw,
  ),
  onLinks(
    'lost-answers',
    ['network'],
    'half-open: statements and messages arrive and count, their answers are lost, commits too',
    (at) => oneLink(at, MESSAGES_AND_ROWS),
    (proxy) => proxy.setFrozen(true, 'to-client'),
    (proxy) => {
      // What was answered meanwhile must not arrive after all.
      proxy.cut();
      proxy.setFrozen(false);
    },
  ),
  onLinks(
    'half-close',
    ['network'],
    'the server side of one link ends, what the instance sends still arrives',
    (at) => oneLink(at, MESSAGES_AND_ROWS),
    (proxy) => proxy.halfClose(),
    () => undefined,
  ),
  onLinks(
    'core-away',
    ['network', 'core'],
    'no core reaches anything: 1 to 3 leases without beats',
    (at) => allLinks(at, instancesOf(at, 'core-api')),
    (proxy) => proxy.setReachable(false),
    reachAgain,
  ),
  onLinks(
    's3-unreachable',
    ['s3', 'network'],
    'no worker reaches the storage',
    (at) => s3Links(at),
    (proxy) => proxy.setReachable(false),
    reachAgain,
  ),
  onLinks(
    's3-truncated',
    ['s3', 'network'],
    "the storage's answers end half-way",
    (at) => s3Links(at),
    (proxy, { draw }) => {
      proxy.setTruncated(draw.whole(0, 400));
      proxy.cut();
    },
    (proxy) => {
      proxy.setTruncated(Number.POSITIVE_INFINITY);
      proxy.cut();
    },
  ),
];

function s3Links({ bed, holds }: Injection): Way[] {
  const names = bed.instances.filter((name) => serviceOf(name) === 'worker');
  holds.take(...names.map((name) => `${name} s3`));
  return names.map((name) => ({ name: `${name} s3`, proxy: bed.links.of(name, 's3') }));
}
