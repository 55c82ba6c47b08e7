import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createInProcessHub } from '@windlass/broker';
import { systemRuntime } from '@windlass/clock';
import { RPC, submitJobs, submitJobsReply } from '@windlass/contracts';
import { createFileStore } from '@windlass/files';
import { createGateway, GatewayConfig } from '@windlass/gateway';
import { createLogger, loadConfig } from '@windlass/service-kit';
import { mintToken } from '@windlass/testing';
import type { LoadGenerator } from '../load/load-generator.js';
import { type HopFigures, PACK } from './hop.js';

/** The route with everything on (token, body, checks, packing), and a core beside it that answers out of nothing. */
export async function measureHttp(load: LoadGenerator, directory: string, scale: number): Promise<HopFigures> {
  const hub = createInProcessHub();
  const secret = randomBytes(48).toString('base64url');
  const config = loadConfig(GatewayConfig, {
    HOST: '127.0.0.1',
    PORT: '0',
    RABBITMQ_URL: `amqp://bench:${secret}@in-process/`,
    JWT_SECRET: secret,
    JWT_ISSUER: 'windlass-bench',
    FILES_DIRECTORY: join(directory, 'hop-files'),
  });
  const files = await createFileStore({ driver: 'directory', root: join(directory, 'hop-files') });
  const logger = createLogger({ service: 'gateway', level: 'warn', format: 'json', machine: 'bench' });
  const core = hub.connect();
  await core.serve(RPC.coreForGateway, { concurrency: 1_000 }, async (bytes) => {
    const { items } = submitJobs.decode(bytes);
    return submitJobsReply.encode({
      items: items.map(() => ({ id: systemRuntime.uuid(), state: 'queued' as const, created: true })),
    });
  });
  const broker = hub.connect();
  const gateway = await createGateway(config, { broker, files, logger, runtime: systemRuntime });
  try {
    const token = await mintToken({ secret, issuer: 'windlass-bench', audience: 'windlass' }, { tenant: 'bench' });
    const target = {
      host: '127.0.0.1',
      port: Number(new URL(gateway.url).port),
      path: '/v1/jobs',
      headers: { authorization: `Bearer ${token}` },
      before: '{"type":"hash","payload":{"example":"data","n":',
      after: '}}',
    };
    const submit = async (connections: number, count: number) => {
      const cpu = process.cpuUsage();
      const order = { target, connections, from: 0, count, deadlineMs: 60_000 };
      const { startedNs, endedNs } = await load.submit(order);
      const { user, system } = process.cpuUsage(cpu);
      return { wall: Number(endedNs - startedNs) / 1_000 / count, cpu: (user + system) / count };
    };
    await submit(PACK, Math.ceil(2_000 * scale));
    const one = await submit(1, Math.ceil(1_000 * scale));
    const pack = await submit(PACK, Math.ceil(6_000 * scale));
    return {
      hop: 'HTTP',
      what: 'POST /v1/jobs with its token, a stub core on the in-process broker, over loopback',
      oneMicros: one.wall,
      packMicros: pack.wall,
      packCpuMicros: pack.cpu,
    };
  } finally {
    await gateway.stop();
    await Promise.all([broker.close(), core.close(), files.close()]);
  }
}
