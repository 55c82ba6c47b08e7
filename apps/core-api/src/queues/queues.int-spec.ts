import {
  type ChangeQueue,
  changeQueue,
  listQueues,
  listQueuesReply,
  queueReply,
  readQueue,
  removeQueue,
  removeQueueReply,
} from '@windlass/contracts';
import { waitFor } from '@windlass/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Cores, openCores } from '../cores.fixture.js';

describe('queues as operators see and set them, through two cores', () => {
  let cores: Cores;
  beforeAll(async () => {
    cores = await openCores();
  });
  afterEach(() => cores.clean());
  afterAll(() => cores?.close());

  const who = { tenantId: 'acme', actor: 'me' };
  const change = (name: string, over: Partial<ChangeQueue>) =>
    cores.gateway.call(changeQueue, queueReply, { ...who, name, ...over });
  const list = async () => (await cores.gateway.call(listQueues, listQueuesReply, {})).items;
  const read = (name: string) => cores.gateway.call(readQueue, queueReply, { name });
  const remove = (name: string) => cores.gateway.call(removeQueue, removeQueueReply, { ...who, name });

  it('a type’s own queue is there without jobs and without a row; others are made, and unknown without', async () => {
    const zeros = { queued: 0, held: 0, scheduled: 0, blocked: 0, running: 0 };
    // Each core learns of types by a look of its own, and they answer in turn.
    const known = async () => (await Promise.all([list(), list(), list(), list()])).every((each) => each.length > 0);
    await waitFor(known, { what: 'both cores to know the type' });
    expect(await list()).toMatchObject([{ name: 'echo', named: false, paused: false, ...zeros }]);
    expect((await read('echo')).types).toMatchObject([{ type: 'echo', queued: 0, running: 0 }]);
    await waitFor(async () => (await read('echo')).types[0]?.slots === 8, { what: 'the slots' });
    for (const ask of [() => read('nowhere'), () => change('nowhere', { paused: true }), () => remove('nowhere')])
      await expect(ask()).rejects.toMatchObject({ code: 'queues.unknown' });
    expect(await change('made', { create: true, maxRunning: 7 })).toMatchObject({
      named: true,
      maxRunning: 7,
      types: [],
    });
    expect(await change('echo', { create: true })).toMatchObject({ named: false });
    expect((await list()).map((queue) => queue.name)).toEqual(['echo', 'made']);
  });

  it('a pause lets nothing start, running jobs go on; a resume hands over what has come, the urgent first', async () => {
    const [before] = await cores.accepted({});
    const attempts = await cores.claim([before as string]);
    expect(await change('echo', { paused: true })).toMatchObject({ paused: true, running: 1 });
    const [normal, high] = await cores.accepted({}, { priority: 9 });
    const [held] = await cores.accepted({ concurrency: { key: 'k', limit: 1 }, priority: 8 });
    expect(await cores.claim([normal as string, high as string, held as string])).toEqual([]);
    await cores.report(attempts);
    await waitFor(async () => (await read('echo')).queued === 3, { what: 'the key to be given' });
    expect(await read('echo')).toMatchObject({ running: 0, held: 0, oldestMs: expect.any(Number) });
    cores.messages.splice(0);
    await change('echo', { paused: false });
    await waitFor(() => cores.messages.length === 3, { what: 'the job messages' });
    expect(cores.messages).toEqual([high, held, normal]);
  });

  it('a limited queue runs all of its jobs, never more than its limit at a time, and nobody waits for a scheduler', async () => {
    await change('echo', { maxRunning: 2 });
    const seen = cores.work();
    const ids = (await Promise.all([1, 2, 3].map(() => cores.accepted(...Array(8).fill({}))))).flat();
    await waitFor(() => seen.done.length === ids.length, { what: 'the jobs to end' });
    expect(seen.most).toBeLessThanOrEqual(2);
    await change('echo', { maxRunning: 0 });
    const [shut] = await cores.accepted({});
    expect(await cores.claim([shut as string])).toEqual([]);
    await change('echo', { maxRunning: null });
    await waitFor(() => seen.done.includes(shut as string), { what: 'the job after the limit' });
  });

  it('a named queue with jobs is not forgotten, settings of a type’s own are; each change is in the audit log', async () => {
    await change('made', { create: true });
    const [id] = await waitFor(() => cores.accepted({ queue: 'made', delayMs: 60_000 }), {
      what: 'the queue to be known',
    });
    await expect(remove('made')).rejects.toMatchObject({ code: 'queues.not-empty' });
    await cores.db.engine.query('delete from jobs where id = $1', [id]);
    await remove('made');
    await change('echo', { paused: true });
    const [waiting] = await cores.accepted({});
    expect(await cores.claim([waiting as string])).toEqual([]);
    await remove('echo');
    // The hand-over that the removal has begun may have the row in hand at this moment: its message is yet to come.
    await waitFor(async () => (await cores.claim([waiting as string])).length === 1, { what: 'the claim' });
    expect((await list()).map((queue) => queue.name)).toEqual(['echo']);
    const { rows } = await cores.db.engine.query(
      `select tenant_id, actor, action, object from audit_log where object in ('made', 'echo') order by at desc limit 4`,
    );
    expect(rows.reverse().map((row) => Object.values(row).join(' '))).toEqual([
      'acme me queues.put made',
      'acme me queues.remove made',
      'acme me queues.pause echo',
      'acme me queues.remove echo',
    ]);
  });
});
