import { type Broker, connectRabbitBroker } from '@windlass/broker';
import { systemRuntime } from '@windlass/clock';
import {
  claimJobs,
  claimJobsReply,
  dispatchJobs,
  type Message,
  reportAttempts,
  reportAttemptsReply,
  submitJobs,
  submitJobsReply,
} from '@windlass/contracts';
import { type HopFigures, measureHop } from './hop.js';

const TIMEOUT_MS = 5_000;
const SERVICE = 'bench.echo';
const QUEUE = 'bench';
const PAYLOAD = '{"example":"data","n":12345}';
const RESULT = JSON.stringify({ md5: 'a'.repeat(32), sha256: 'b'.repeat(64), bytes: 28 });

/** What goes over RabbitMQ on a job's way, with the contracts' encoding and checks at both ends; nobody does any work. */
export async function measureBroker(url: string, scale: number): Promise<HopFigures[]> {
  const caller = await connectRabbitBroker({ url, name: 'bench caller' });
  const server = await connectRabbitBroker({ url, name: 'bench server' });
  try {
    return [
      await measureHandOver(caller, server, scale),
      await measureRpc(caller, server, 'RPC submit', submitJobs, submitJobsReply, submission, scale),
      await measureRpc(caller, server, 'RPC claim', claimJobs, claimJobsReply, claim, scale),
      await measureRpc(caller, server, 'RPC report', reportAttempts, reportAttemptsReply, report, scale),
    ];
  } finally {
    await Promise.all([caller.close(), server.close()]);
  }
}

/** `make` answers a request of `size` jobs and its reply. */
async function measureRpc(
  caller: Broker,
  server: Broker,
  hop: string,
  request: Pick<Message, 'encode' | 'decode'>,
  reply: Pick<Message, 'encode' | 'decode'>,
  make: (size: number) => [request: unknown, reply: unknown],
  scale: number,
): Promise<HopFigures> {
  let size = 1;
  const subscription = await server.serve(SERVICE, { concurrency: 100 }, async (bytes) => {
    request.decode(bytes);
    return reply.encode(make(size)[1]);
  });
  const call = async (jobs: number) => {
    size = jobs;
    const answer = await caller.request(SERVICE, request.encode(make(jobs)[0]), { timeoutMs: TIMEOUT_MS });
    reply.decode(answer);
  };
  try {
    return await measureHop(hop, 'request and answer over RabbitMQ, both ends in one process', call, scale);
  } finally {
    await subscription.cancel();
  }
}

async function measureHandOver(publisher: Broker, consumer: Broker, scale: number): Promise<HopFigures> {
  await consumer.declareQueue(QUEUE);
  let arrived: () => void = () => undefined;
  const subscription = await consumer.consume(QUEUE, { prefetch: 4 }, (delivery) => {
    dispatchJobs.decode(delivery.body);
    delivery.ack();
    arrived();
  });
  const publish = async (size: number) => {
    const here = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const body = dispatchJobs.encode({ type: QUEUE, ids: ids(size) });
    const options = { ttlMs: 55_000, persistent: false, timeoutMs: TIMEOUT_MS };
    await Promise.all([publisher.publish(QUEUE, body, options), here]);
  };
  try {
    return await measureHop('hand-over', 'one transient message: published, confirmed, consumed', publish, scale);
  } finally {
    await subscription.cancel();
    await consumer.deleteQueue(QUEUE);
  }
}

const ids = (size: number): string[] => Array.from({ length: size }, () => systemRuntime.uuid());
const worker = { worker: 'bench', incarnation: systemRuntime.uuid() };

function submission(size: number): [unknown, unknown] {
  const items = ids(size).map((requestId) => ({ tenantId: 'bench', type: 'hash', payload: PAYLOAD, requestId }));
  return [{ items }, { items: ids(size).map((id) => ({ id, state: 'queued', created: true })) }];
}

function claim(size: number): [unknown, unknown] {
  const token = systemRuntime.uuid();
  const asked = ids(size);
  const jobs = asked.map((jobId) => ({
    ...{ jobId, run: 1, epoch: 1, token, attempt: 1, tenantId: 'bench', type: 'hash', version: 1 },
    ...{ payload: PAYLOAD, softMs: 5_000, hardMs: 10_000 },
  }));
  return [{ ...worker, token, type: 'hash', versions: [1], ids: asked, free: size }, { jobs }];
}

function report(size: number): [unknown, unknown] {
  const token = systemRuntime.uuid();
  const items = ids(size).map((jobId) => ({
    ...{ jobId, run: 1, epoch: 1, token, outcome: 'succeeded', result: RESULT, durationMs: 0.1 },
  }));
  return [{ ...worker, items }, { items: items.map(({ jobId }) => ({ jobId, status: 'recorded' })) }];
}
