import { setTimeout as sleep } from 'node:timers/promises';
import type { Draw } from '@windlass/proof';
import { type Answer, callGateway, mayBeRepeated } from './call-gateway.js';
import type { DrawnJob } from './draw-job.js';
import type { OperationLog } from './operation-log.js';

/** Longer than a gateway may take over an answer, so that what times out here was really lost. */
const SUBMIT_MS = 6_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2_000;

export interface Clients {
  urls: readonly string[];
  token: string;
  log: OperationLog;
  draw: Draw;
  /** Nobody repeats a call after this moment (ms since the epoch). */
  untilMs: number;
}

interface Item {
  status: number;
  id?: string;
  state?: string;
  problem?: { code?: string; retryAfterMs?: number };
}

/**
 * Submits jobs together, and those that may be repeated again with the same keys, until each has an answer that stands.
 * @returns ids by key, of those that were accepted
 */
export async function submitJobs(jobs: readonly DrawnJob[], clients: Clients): Promise<Map<string, string>> {
  const accepted = new Map<string, string>();
  let open = [...jobs];
  for (let turn = 0; open.length > 0; turn += 1) {
    const answers = open.length === 1 ? [await submitOne(open[0]!, clients)] : await submitBatch(open, clients);
    answers.forEach(({ id }, at) => {
      if (id !== undefined) accepted.set(open[at]!.key, id);
    });
    open = open.filter((_, at) => mayBeRepeated(answers[at]!));
    if (Date.now() > clients.untilMs) break;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(turn, 8));
    if (open.length > 0) await sleep(pauseMs * (0.5 + clients.draw.next() / 2));
  }
  return accepted;
}

type Accepted = Pick<Answer, 'status' | 'code' | 'retryAfterMs'> & { id?: string };

async function submitOne({ key, submission }: DrawnJob, clients: Clients): Promise<Accepted> {
  const fromMs = Date.now();
  const answer = await callGateway(clients.draw.pick(clients.urls), clients.token, {
    method: 'POST',
    path: '/v1/jobs',
    body: submission,
    key,
    timeoutMs: SUBMIT_MS,
  });
  const { id, state } = (answer.body ?? {}) as Item;
  clients.log.add({ op: 'submit', key, ...(id === undefined ? {} : { jobId: id }) }, answer, fromMs, state);
  return { ...answer, ...(id === undefined ? {} : { id }) };
}

async function submitBatch(jobs: readonly DrawnJob[], clients: Clients): Promise<Accepted[]> {
  const fromMs = Date.now();
  const answer = await callGateway(clients.draw.pick(clients.urls), clients.token, {
    method: 'POST',
    path: '/v1/jobs/batch',
    body: { jobs: jobs.map(({ key, submission }) => ({ ...submission, idempotencyKey: key })) },
    timeoutMs: SUBMIT_MS,
  });
  const items = answer.status === 202 ? (answer.body as { items: Item[] }).items : undefined;
  return jobs.map(({ key }, at) => {
    const item = items?.[at];
    const { code, retryAfterMs } = (item ? item.problem : answer) ?? {};
    const own: Accepted = {
      status: item?.status ?? answer.status,
      ...(code === undefined ? {} : { code }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(item?.id === undefined ? {} : { id: item.id }),
    };
    clients.log.add(
      { op: 'submit', key, ...(own.id === undefined ? {} : { jobId: own.id }) },
      own,
      fromMs,
      item?.state,
    );
    return own;
  });
}
