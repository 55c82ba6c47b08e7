import { setTimeout as sleep } from 'node:timers/promises';
import { callGateway } from './call-gateway.js';
import type { DrawnJob } from './draw-job.js';
import type { Clients } from './submit-jobs.js';

const CALL_MS = 6_000;
const WAIT_S = 5;
const REPLAY_TRIES = 4;

const TERMINAL: ReadonlySet<string> = new Set(['succeeded', 'failed', 'cancelled', 'expired']);

/** What the client does with an accepted job: cancels it, waits for it, or waits and replays it. */
export async function followJob(job: DrawnJob, jobId: string, clients: Clients): Promise<void> {
  if (job.intent === 'none') return;
  await sleep(job.intentMs);
  if (job.intent === 'cancel') return cancel(jobId, clients);
  if (job.intent === 'wait') {
    await read(jobId, clients);
    return;
  }
  for (let turn = 0; turn < REPLAY_TRIES && Date.now() < clients.untilMs; turn += 1) {
    if (await read(jobId, clients)) return replay(jobId, clients);
  }
}

async function cancel(jobId: string, clients: Clients): Promise<void> {
  const fromMs = Date.now();
  const path = `/v1/jobs/${jobId}/cancel`;
  const answer = await post(path, clients);
  clients.log.add({ op: 'cancel', jobId }, answer, fromMs, stateIn(answer.body));
}

/** Once: a repeated replay is another run. */
async function replay(jobId: string, clients: Clients): Promise<void> {
  const fromMs = Date.now();
  const answer = await post(`/v1/jobs/${jobId}/replay`, clients);
  clients.log.add({ op: 'replay', jobId }, answer, fromMs, stateIn(answer.body));
}

/** Whether the job has ended, as far as is known. */
async function read(jobId: string, clients: Clients): Promise<boolean> {
  const fromMs = Date.now();
  const answer = await callGateway(clients.draw.pick(clients.urls), clients.token, {
    method: 'GET',
    path: `/v1/jobs/${jobId}?wait=${WAIT_S}s`,
    timeoutMs: CALL_MS + WAIT_S * 1_000,
  });
  const state = stateIn(answer.body);
  clients.log.add({ op: 'read', jobId }, answer, fromMs, state);
  return state !== undefined && TERMINAL.has(state);
}

const post = (path: string, clients: Clients) =>
  callGateway(clients.draw.pick(clients.urls), clients.token, { method: 'POST', path, body: {}, timeoutMs: CALL_MS });

const stateIn = (body: unknown) => (body as { state?: string } | undefined)?.state;
