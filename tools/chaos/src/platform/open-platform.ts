import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { installRecorder, type Query } from '@windlass/proof';
import { type Instance, type OwnServers, Testbed } from '@windlass/testbed';
import pg from 'pg';
import { type Answer, callGateway, mayBeRepeated } from '../drive/call-gateway.js';
import { LIMITED_QUEUE, LIMITED_RUNNING } from '../drive/draw-job.js';
import { SINK_VARIABLE, WORKER_VARIABLE } from '../handlers/handlers.config.js';
import { TINY_TYPE, WORK_TYPE } from '../handlers/plan.js';

export const COUNTS = { gateway: 2, 'core-api': 2, scheduler: 2, worker: 2 } as const;
/** Compiled also where this file is not: real children load it. */
const HANDLERS = fileURLToPath(new URL('../../dist/handlers/chaos.handlers.js', import.meta.url));
/** Reading a long history back takes a while; nothing here may wait for ever. */
const QUERY_MS = 60_000;
const CONNECT_MS = 10_000;
const CALL_MS = 10_000;
const CALL_TRIES = 30;
const CALL_PAUSE_MS = 500;

/** All services as processes, with a recorder in their database. */
export interface Platform {
  bed: Testbed;
  sink: string;
  /** Jobs of earlier rounds: what a zombie of theirs still writes is none of the next round's. */
  past: Set<string>;
  /** As superuser, past every link. */
  query: Query;
  close(): Promise<void>;
}

/** @param beforeStart told when the database is there and nothing runs yet */
export async function openPlatform(
  servers: OwnServers | undefined,
  leaseMs: number,
  beforeStart: (query: Query) => Promise<void> = async () => {},
): Promise<Platform> {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-chaos-'));
  const sink = join(folder, 'sink.jsonl');
  await writeFile(sink, '');
  const workers = Object.fromEntries(
    Array.from({ length: COUNTS.worker }, (_, at) => [`worker-${at + 1}`, { [WORKER_VARIABLE]: `worker-${at + 1}` }]),
  ) as Record<Instance, Record<string, string>>;
  const handlerEnv = `${SINK_VARIABLE},${WORKER_VARIABLE}`;
  const bed = await Testbed.open({
    ...(servers ? { servers } : {}),
    ...{ counts: COUNTS, leaseMs },
    env: {
      worker: { HANDLERS, HANDLER_ENV: handlerEnv, JOB_TYPES: 'chaos.*', [SINK_VARIABLE]: sink },
      ...workers,
    },
  });
  const query = queryOn(bed.ground.database.url);
  const close = async () => {
    await bed.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await installRecorder(query);
    await beforeStart(query);
    await bed.startAll([TINY_TYPE, WORK_TYPE]);
    await limitQueue(bed);
  } catch (error) {
    await close();
    throw error;
  }
  return { bed, sink, query, close, past: new Set() };
}

/** A connection for each statement: whatever happened to the server since, the next one finds it. */
function queryOn(url: string): Query {
  return async (text, values) => {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: QUERY_MS,
      application_name: 'chaos',
    });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await client.query(text, values);
    } finally {
      await client.end();
    }
  };
}

/** Repeated while it is not answered: a loaded machine needs more than a gateway's patience for the first calls. */
async function limitQueue(bed: Testbed): Promise<void> {
  const call = {
    method: 'PUT' as const,
    path: `/v1/queues/${LIMITED_QUEUE}`,
    body: { maxRunning: LIMITED_RUNNING },
    timeoutMs: CALL_MS,
  };
  let answer: Answer | undefined;
  for (let turn = 0; turn < CALL_TRIES; turn += 1) {
    answer = await callGateway(bed.urlOf('gateway-1'), bed.token, call);
    if (answer.status < 300 && answer.status > 0) return;
    if (!mayBeRepeated(answer)) break;
    await sleep(CALL_PAUSE_MS);
  }
  throw new Error(`the queue ${LIMITED_QUEUE}: ${answer?.status} ${answer?.code ?? ''}`);
}
