import { waitFor } from '@windlass/testing';
import { AmqpProbe } from '../amqp/amqp-probe.js';
import { forgedJobs, forgedRequests } from '../cases/amqp-messages.js';
import { findLeaks } from '../judges/find-leak.js';
import type { Deployment } from '../platform/open-deployment.js';
import { proveHealth } from '../platform/prove-health.js';
import type { Tally } from '../report/tally.js';
import type { FuzzClass } from './fuzz-class.js';

const JOBS = 'windlass.jobs.hash';
const DEAD = 'windlass.dead';
const SETTLE_MS = 30_000;
/** Longer than core takes for anything, shorter than a run should wait for an answer that rightly never comes. */
const ANSWER_MS = 3_000;

/** What anybody who gets at the broker could send: no process ends, poison is dead-lettered, nothing of a job changes. */
export const fuzzAmqp: FuzzClass = async (ground, tally) => {
  const deployment = await ground.deployment();
  const { bed, platform } = deployment;
  const pids = bed.instances.map((name) => bed.process(name).pid);
  const url = bed.ground.vhost.url;
  const victim = await platform.call<{ id: string }>('POST', '/v1/jobs', { type: 'hash', payload: 1, delay: '30d' });
  const before = await seenOf(deployment, victim.id);
  await fuzzJobQueue(url, tally);
  await fuzzRequests(url, tally, victim.id);
  await fuzzRoutes(url, tally);
  await tally.run("the victim's job afterwards", async () => {
    const after = await seenOf(deployment, victim.id);
    return after === before ? [] : [`it was ${before} and is ${after}`];
  });
  const now = bed.instances.map((name) => (bed.isRunning(name) ? bed.process(name).pid : 0));
  tally.note('every process afterwards', pids.join() === now.join() ? [] : [`${pids.join()} were ${now.join()}`]);
  await tally.run('a job after all of them', () => proveHealth(platform));
};

async function seenOf({ platform }: Deployment, id: string): Promise<string> {
  const { state, run, epoch, attempt } = await platform.call<Record<string, unknown>>('GET', `/v1/jobs/${id}`);
  return JSON.stringify({ state, run, epoch, attempt });
}

/** Each message alone, so that it is known which one was not dead-lettered. */
async function fuzzJobQueue(url: string, tally: Tally): Promise<void> {
  for (const { name, body, options, ends } of forgedJobs()) {
    await tally.run(`a job message: ${name}`, async () => {
      const probe = await AmqpProbe.open(url);
      try {
        const before = await probe.count(DEAD);
        const sent = await probe.send({ queue: JOBS, body, ...(options ? { options } : {}) });
        if (sent !== 'routed') return ends === 'any' ? [] : [`the broker ${sent} it`];
        await waitFor(
          async () => (await probe.count(JOBS)) === 0 && (ends !== 'dead' || (await probe.count(DEAD)) === before + 1),
          {
            what: ends === 'dead' ? 'it to be dead-lettered' : 'it to be taken',
            timeoutMs: SETTLE_MS,
          },
        );
        const dead = (await probe.count(DEAD)) - before;
        return ends === 'claimed' && dead !== 0 ? ['it was dead-lettered, and can be read'] : [];
      } finally {
        await probe.close();
      }
    });
  }
}

/** Core answers what it can read, refuses the rest by a fault, and tells nothing of its inside. */
async function fuzzRequests(url: string, tally: Tally, victim: string): Promise<void> {
  const probe = await AmqpProbe.open(url);
  try {
    for (const { name, service, body } of forgedRequests(victim)) {
      await tally.run(`a request to ${service}: ${name}`, async () => {
        const answer = await probe.ask(`windlass.rpc.${service}`, body, ANSWER_MS);
        if (!answer) return ['no answer'];
        return judgeReply(answer.toString('utf8'), body.subarray(0, 5_000).toString('utf8'), victim);
      });
    }
  } finally {
    await probe.close();
  }
}

/** Whether an answer tells a forger more than that it was refused. */
export function judgeReply(answer: string, sent: string, victim: string): string[] {
  const { kind, body } = JSON.parse(answer) as {
    kind: string;
    body: { code?: string; items?: { problem?: object }[] };
  };
  const leaks = findLeaks(answer, sent);
  if (kind === 'fault.reply') return body.code === 'internal.bug' ? [`a bug: ${answer.slice(0, 300)}`] : leaks;
  // A report, a beat or lines that are fenced are told so, by the id that they named themselves.
  const shown = answer.includes(victim) && !answer.includes('"fenced"');
  return [...leaks, ...(shown ? [`it tells of the victim: ${answer.slice(0, 300)}`] : [])];
}

async function fuzzRoutes(url: string, tally: Tally): Promise<void> {
  const probe = await AmqpProbe.open(url);
  const readable = Buffer.from(JSON.stringify({ v: 1, minReader: 1, kind: 'read.types', body: {} }));
  try {
    for (const queue of ['windlass.jobs.nope', 'windlass.jobs.', 'windlass.jobs.*', 'windlass.rpc.core', '#']) {
      await tally.run(`an unknown queue: ${queue}`, async () => {
        const sent = await probe.send({ queue, body: readable });
        return sent === 'returned' ? [] : [`it was ${sent}`];
      });
    }
    await tally.run('a request that wants its answer in a queue of its own', async () => {
      await probe.declareOwn('forged');
      await probe.send({
        queue: 'windlass.rpc.core.gateway',
        body: readable,
        options: { replyTo: 'forged', correlationId: '1', expiration: 5_000 },
      });
      // Served in order with the one behind it: once that is answered, the forged one has been looked at.
      await probe.ask('windlass.rpc.core.gateway', readable, ANSWER_MS);
      return (await probe.count('forged')) === 0 ? [] : ['it was answered there'];
    });
    for (const topic of ['keys.revoked', 'attempts.cancelled']) {
      for (const body of [
        '',
        'garbage',
        'null',
        '{}',
        '{"v":1,"minReader":9,"kind":"x","body":1}',
        'a'.repeat(1_000_000),
      ])
        await tally.run(`told to everyone on ${topic}: ${body.slice(0, 30)}`, async () => {
          const sent = await probe.send({ exchange: `windlass.topic.${topic}`, queue: '', body: Buffer.from(body) });
          return sent === 'refused' ? ['the broker refused it'] : [];
        });
    }
  } finally {
    await probe.close();
  }
  await tally.run('a user that is forged', async () => {
    const own = await AmqpProbe.open(url);
    const sent = await own.send({ queue: JOBS, body: readable, options: { userId: 'core' } });
    await own.close();
    return sent === 'refused' ? [] : [`it was ${sent}`];
  });
}
