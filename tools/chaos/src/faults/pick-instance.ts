import type { Draw } from '@windlass/proof';
import { type Instance, type ServiceName, serviceOf, type Testbed } from '@windlass/testbed';
import pg from 'pg';
import type { Holds } from './holds.js';

const ASK_MS = 3_000;

/** One of a service's instances that no other fault has in hand; it is in this one's from now on. */
export function pickInstance(
  { draw, bed, holds }: { draw: Draw; bed: Testbed; holds: Holds },
  service: ServiceName,
): Instance {
  const name = draw.pick(holds.free(bed.instances.filter((each) => serviceOf(each) === service)));
  holds.take(name);
  return name;
}

/** The scheduler that leads, or the other; any while nobody leads. */
export async function pickScheduler(
  injection: { draw: Draw; bed: Testbed; holds: Holds },
  which: 'leader' | 'follower',
): Promise<Instance> {
  const leader = await leaderOf(injection.bed);
  const schedulers = injection.bed.instances.filter((each) => serviceOf(each) === 'scheduler');
  const wanted = schedulers.filter((each) => (each === leader) === (which === 'leader'));
  const name = injection.draw.pick(injection.holds.free(wanted.length > 0 ? wanted : schedulers));
  injection.holds.take(name);
  return name;
}

/** As the row tells that all of them obey; undefined while PostgreSQL does not answer. */
async function leaderOf(bed: Testbed): Promise<Instance | undefined> {
  const client = new pg.Client({
    connectionString: bed.ground.database.url,
    connectionTimeoutMillis: ASK_MS,
    query_timeout: ASK_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ holder: string }>(
      'select holder from windlass.leaders where expires_at > clock_timestamp()',
    );
    return bed.instances.find((name) => rows.some(({ holder }) => holder.startsWith(`${name}-`)));
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}
