import { setTimeout as sleep } from 'node:timers/promises';
import { rabbitCtl } from '@windlass/services';
import { waitFor } from '@windlass/testing';
import type { ScenarioContext } from '../../scenario.js';
import type { Platform } from '../ground/open-platform.js';
import { goalsOf } from '../judge/goals.js';
import { judgeAfterQuiet } from '../judge/judge-after-quiet.js';
import { readFacts } from '../judge/read-facts.js';
import { SteadyLoad } from '../submit/steady-load.js';
import { submitOnce } from '../submit/submit-once.js';
import { goalsOfRefusals, judgeRefusals, named } from './judge-refusals.js';

const WAIT_MS = 60_000;
/** A mark holds for 60 s from the time of the alarm: whoever takes longer has waited for it to run out. */
const QUIET_MS = 30_000;
/** No disk has that much free, so the broker takes no more messages. */
const UNREACHABLE = '1000000GB';
const USUAL = '50MB';

/** The broker raises its disk alarm: it reads nothing more from whoever publishes. Longer than a lease, with a job running. */
export async function fillBroker(platform: Platform, { progress }: ScenarioContext) {
  const { bed, servers, sink } = platform;
  const limit = (size: string) => rabbitCtl(servers.rabbitmq.address, ['set_disk_free_limit', size]);
  const submit = (type: string, ms: number) =>
    submitOnce(bed.urlOf('gateway-1'), bed.token, { type, payload: { sink, ms } }, crypto.randomUUID());
  const running = await submit('fault.nap', bed.leaseMs * 2);
  await waitFor(async () => (await bed.client().get(running.jobId ?? '')).state === 'running', {
    what: 'a job to run',
    timeoutMs: WAIT_MS,
  });
  const load = new SteadyLoad({
    urls: () => [bed.urlOf('gateway-1')],
    token: bed.token,
    connections: 4,
    pauseMs: 20,
    job: () => ({ type: 'fault.note', payload: { sink } }),
  });
  await waitFor(() => load.accepted.length >= 20, { what: 'acknowledgements', timeoutMs: WAIT_MS });
  await limit(UNREACHABLE);
  const refused = () => load.submissions.filter((each) => each.status === 503).length;
  await waitFor(() => refused() > 0, { what: 'a refusal', timeoutMs: WAIT_MS }).catch(() => undefined);
  await sleep(bed.leaseMs * 2);
  progress(`the broker's disk is full: ${refused()} refused, ${load.accepted.length} accepted`);
  await limit(USUAL);
  const before = load.accepted.length;
  const roomAt = performance.now();
  const healed = await waitFor(() => load.accepted.length > before, {
    what: 'a submission to be accepted again',
    timeoutMs: WAIT_MS,
  }).catch(() => false);
  const healMs = Math.round(performance.now() - roomAt);
  const submissions = [running, ...(await load.stop())];
  const refusals = judgeRefusals(submissions);
  const counts = await judgeAfterQuiet(platform, submissions);
  const quietMs = Math.round(performance.now() - roomAt);
  const attempt = (await readFacts(bed.ground.database.url)).jobs.get(running.jobId ?? '')?.attempt ?? 0;
  progress(
    `the broker takes messages again: accepted after ${healMs} ms, quiet after ${quietMs} ms; the job that ran has ${attempt} attempt(s)`,
  );
  return {
    submissions,
    figures: { ...named('broker', { ...refusals, ...counts, healMs, quietMs }), attemptsOfRunningJob: attempt },
    goals: [
      ...goalsOfRefusals('broker full', refusals),
      { text: 'broker full: submissions are accepted again by themselves once there is room', held: healed },
      { text: 'broker full: a job that ran longer than its lease meanwhile is not run again', held: attempt === 1 },
      {
        text: 'broker full: what workers had in hand is claimed without waiting for its mark',
        held: quietMs < QUIET_MS,
      },
      ...goalsOf(counts).map(({ text, held }) => ({ text: `broker full: ${text}`, held })),
    ],
  };
}
