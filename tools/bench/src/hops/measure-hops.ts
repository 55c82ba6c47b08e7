import type { LoadGenerator } from '../load/load-generator.js';
import type { BenchServers } from '../servers/bench-servers.js';
import { measureBroker } from './broker.hop.js';
import { measureChild } from './child.hop.js';
import type { HopFigures } from './hop.js';
import { measureHttp } from './http.hop.js';
import { measureStore } from './store.hop.js';

/** Each hop of a job's way alone, in the order of the way. */
export async function measureHops(
  servers: BenchServers,
  load: LoadGenerator,
  directory: string,
  short: boolean,
): Promise<HopFigures[]> {
  const scale = short ? 0.05 : 1;
  const http = await measureHttp(load, directory, scale);
  const vhost = await servers.freshVhost();
  const [handOver, rpcSubmit, rpcClaim, rpcReport] = await measureBroker(vhost.url, scale).finally(() => vhost.drop());
  const database = await servers.freshDatabase();
  const [insert, claim, report] = await measureStore(database.url, scale).finally(() => database.drop());
  const child = await measureChild(directory, scale);
  const way = [http, rpcSubmit, insert, handOver, rpcClaim, claim, child, rpcReport, report];
  return way.filter((hop) => hop !== undefined);
}
