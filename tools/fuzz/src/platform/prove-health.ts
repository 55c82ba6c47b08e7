import { waitFor } from '@windlass/testing';
import { findLeaks } from '../judges/find-leak.js';
import type { Platform } from './platform.js';

/** What was asked of the platform may have paused or bounded queues, rightly: that is undone first. */
const JOB_MS = 60_000;

/** The platform still runs, tells nothing worse than `ok`, and a normal job ends well. Answers what is wrong. */
export async function proveHealth(platform: Platform): Promise<string[]> {
  if (!platform.isRunning) return [`the platform has ended: ${platform.errors.slice(-1_000)}`];
  const bug = /^.*internal\.bug.*$/m.exec(platform.errors)?.[0];
  const health = await platform.send({ method: 'GET', path: '/health', headers: { authorization: '' } });
  await openQueues(platform);
  const { id } = await platform.call<{ id: string }>('POST', '/v1/jobs', {
    type: 'hash',
    payload: 'after',
    priority: 9,
  });
  const job = await waitFor(
    async () => {
      const found = await platform.call<{ state: string }>('GET', `/v1/jobs/${id}`);
      return ['succeeded', 'failed', 'cancelled', 'expired'].includes(found.state) ? found : undefined;
    },
    { what: 'a normal job', timeoutMs: JOB_MS, intervalMs: 100 },
  );
  return [
    ...(bug === undefined ? [] : [`a bug in the log: ${bug.slice(0, 500)}`]),
    ...(health.status === 200 ? [] : [`/health answers ${health.status}`]),
    ...findLeaks(health.text, ''),
    ...(job.state === 'succeeded' ? [] : [`a normal job ended ${job.state}`]),
  ];
}

async function openQueues(platform: Platform): Promise<void> {
  const { items } = await platform.call<{ items: { name: string; maxRunning?: number; paused: boolean }[] }>(
    'GET',
    '/v1/queues',
  );
  for (const { name, maxRunning, paused } of items) {
    const path = `/v1/queues/${encodeURIComponent(name)}`;
    if (maxRunning !== undefined) await platform.call('PUT', path, { maxRunning: null });
    if (paused) await platform.call('POST', `${path}/resume`);
  }
}
