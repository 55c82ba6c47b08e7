import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  installServices,
  isUnavailable,
  type Outcome,
  type RunningServices,
  reapAbandonedRuns,
  SERVICE_NAMES,
  type ServiceName,
  startServices,
} from '@windlass/services';
import type { ServerAnswer } from './control-protocol.js';

export interface ControlEndpoint {
  /** Base URL; its path is a secret of this run, so that nobody else on the machine learns the servers' passwords. */
  url: string;
  close(): Promise<void>;
}

/** What most runs come to need: fetched together at the first request, since one call of apt-get beats three. */
const USUAL: ServiceName[] = ['postgres', 'rabbitmq', 's3'];

const progress = (line: string) => console.error(`[services] ${line}`);

/** One start per service and run. */
class LazyServers {
  private installed: Promise<void> | undefined;
  private readonly started = new Map<ServiceName, Promise<Outcome<ServiceName>>>();
  private readonly runs: RunningServices<ServiceName>[] = [];

  get(name: ServiceName): Promise<Outcome<ServiceName>> {
    let outcome = this.started.get(name);
    if (!outcome) {
      outcome = this.start(name);
      this.started.set(name, outcome);
    }
    return outcome;
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.started.values());
    await Promise.all(this.runs.map((run) => run.stop()));
  }

  private async start(name: ServiceName): Promise<Outcome<ServiceName>> {
    this.installed ??= installServices(USUAL, progress);
    await this.installed;
    const run = await startServices({ need: [name], progress });
    this.runs.push(run);
    return run.servers[name];
  }
}

async function answerFor(servers: LazyServers, name: ServiceName): Promise<ServerAnswer> {
  try {
    const outcome = await servers.get(name);
    if (!isUnavailable(outcome)) return { name, origin: outcome.origin, address: outcome.address };
    console.error(`[services] ${name} is unavailable: ${outcome.unavailable}`);
    return outcome;
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/** Serves the servers' addresses on 127.0.0.1 and starts each server at the first request for it, not before. */
export async function openControlEndpoint(): Promise<ControlEndpoint> {
  await reapAbandonedRuns();
  const servers = new LazyServers();
  const key = randomBytes(24).toString('base64url');
  const http: Server = createServer(async (request: IncomingMessage, response) => {
    const [, givenKey, name] = (request.url ?? '').split('/');
    const known = SERVICE_NAMES.find((service) => service === name);
    if (givenKey !== key || !known) return void response.writeHead(404).end();
    response.setHeader('content-type', 'application/json').end(JSON.stringify(await answerFor(servers, known)));
  });
  http.requestTimeout = 0; // the first request may wait for an installation; the client has the deadline
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/${key}`,
    close: async () => {
      http.close();
      http.closeAllConnections();
      await servers.stop();
    },
  };
}
