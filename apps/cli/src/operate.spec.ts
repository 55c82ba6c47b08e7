import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AnsweringService,
  type Asked,
  answeringService,
  type ScriptedAnswer,
} from './testing/answering-service.fixture.js';
import { CapturedCli } from './testing/captured-cli.fixture.js';

let cli: CapturedCli;
let service: AnsweringService;
let answer: (asked: Asked) => ScriptedAnswer;

beforeEach(async () => {
  cli = new CapturedCli();
  service = await answeringService((asked) => answer(asked));
  cli.env = { WINDLASS_URL: service.url, WINDLASS_TOKEN: 't' };
});
afterEach(async () => {
  await service.close();
  await rm(cli.cwd, { recursive: true, force: true });
});

const ok = (json: unknown): ScriptedAnswer => ({ status: 200, json });
const calls = () => service.asked.map(({ method, path, body }) => `${method} ${path} ${body}`.trim());

const ACTION = {
  ...{ id: 'a1', action: 'replay', filter: { state: 'failed', type: 'x' }, state: 'running', maxJobs: 100 },
  ...{ matched: 3, changed: 2, actor: 'eva', createdAt: '2026-01-02T03:04:05.000Z' },
};
const QUEUE = {
  ...{ name: 'q', named: true, paused: false, queued: 5, held: 1, scheduled: 2, blocked: 0, running: 3 },
  ...{ maxRunning: 4, oldestMs: 61_000, types: [{ type: 'hash', queued: 5, running: 3, slots: 8 }] },
};

describe('actions', () => {
  it('begin on what the filters say', async () => {
    answer = () => ok(ACTION);
    const { exitCode, out } = await cli.run(
      ...['actions', 'begin', 'replay', '--state', 'failed', '--type', 'x', '--max', '100'],
      ...['--created-after', '2026-01-01T00:00:00Z'],
    );
    expect({ exitCode, out }).toMatchObject({ exitCode: 0, out: expect.stringContaining('state failed, type x') });
    expect(calls()).toEqual([
      'POST /v1/jobs/actions {"action":"replay","filter":{"state":"failed","type":"x","createdAfter":"2026-01-01T00:00:00Z"},"maxJobs":100}',
    ]);
  });

  it.each([
    ['done', 0],
    ['bounded', 0],
    ['stopped', 1],
  ])('with --wait end with the action: %s exits %i', async (state, exitCode) => {
    answer = ({ method }) => ok(method === 'POST' ? ACTION : { ...ACTION, state });
    const ended = await cli.run('actions', 'begin', 'replay', '--state', 'failed', '--wait', '--json');
    expect(ended).toMatchObject({ exitCode, err: '' });
    expect(JSON.parse(ended.out)).toEqual({ ...ACTION, state });
  });

  it('with --wait end at Ctrl-C with 130, and the action goes on', async () => {
    answer = () => ok(ACTION);
    const ended = cli.run('actions', 'begin', 'cancel', '--queue', 'q', '--wait');
    await expect.poll(() => service.asked.length).toBeGreaterThan(1);
    cli.interrupt();
    expect(await ended).toMatchObject({ exitCode: 130, err: expect.stringContaining('windlass actions stop a1') });
  });

  it('are listed, shown and stopped', async () => {
    answer = ({ path }) => ok(path === '/v1/jobs/actions' ? { items: [ACTION] } : ACTION);
    const listed = (await cli.run('actions')).out;
    expect(listed).toMatch(/^ID .*\na1 +replay +running +3 +2 +2026-01-02 03:04:05Z +eva +state failed, type x\n$/);
    expect(JSON.parse((await cli.run('actions', 'list', '--json')).out)).toEqual({ items: [ACTION] });
    expect(JSON.parse((await cli.run('actions', 'get', 'a1', '--json')).out)).toEqual(ACTION);
    await cli.run('actions', 'stop', 'a1');
    expect(calls().slice(2)).toEqual(['GET /v1/jobs/actions/a1', 'DELETE /v1/jobs/actions/a1']);
  });
});

describe('queues', () => {
  it('are a table, or JSON', async () => {
    answer = () =>
      ok({ items: [QUEUE, { ...QUEUE, name: 'p', paused: true, maxRunning: undefined, oldestMs: undefined }] });
    const [head, first, second] = (await cli.run('queues')).out.split('\n');
    expect(head).toMatch(/^NAME +STATE +QUEUED +HELD +SCHEDULED +RUNNING +LIMIT +OLDEST$/);
    expect(first).toMatch(/^q +open +5 +1 +2 +3 +4 +1 min 1 s$/);
    expect(second).toMatch(/^p +paused +5 +1 +2 +3$/);
    expect(JSON.parse((await cli.run('queues', '--json')).out).items).toHaveLength(2);
  });

  it('are shown with their types', async () => {
    answer = () => ok(QUEUE);
    const { out } = await cli.run('queues', 'get', 'q');
    expect(out).toMatch(/limit +4\n/);
    expect(out).toMatch(/TYPE +QUEUED +RUNNING +SLOTS\nhash +5 +3 +8\n$/);
  });

  it.each([
    [['put', 'q'], 'PUT /v1/queues/q {}'],
    [['put', 'q', '--limit', '0'], 'PUT /v1/queues/q {"maxRunning":0}'],
    [['put', 'q', '--limit', 'none'], 'PUT /v1/queues/q {"maxRunning":null}'],
    [['pause', 'q'], 'POST /v1/queues/q/pause'],
    [['resume', 'q'], 'POST /v1/queues/q/resume'],
    [['remove', 'q'], 'DELETE /v1/queues/q'],
  ])('%j is one call', async (args, call) => {
    answer = () => ok(QUEUE);
    const { exitCode, out } = await cli.run('queues', ...args, '--json');
    expect({ exitCode, name: JSON.parse(out).name }).toEqual({ exitCode: 0, name: 'q' });
    expect(calls()).toEqual([call]);
  });

  it('are purged by an action', async () => {
    answer = ({ method }) => ok(method === 'POST' ? ACTION : { ...ACTION, state: 'done' });
    const { out } = await cli.run('queues', 'purge', 'q', '--wait', '--json');
    expect(JSON.parse(out)).toMatchObject({ id: 'a1', state: 'done' });
    expect(calls()).toEqual(['POST /v1/queues/q/purge', 'GET /v1/jobs/actions/a1']);
  });
});

it('the audit is a table, page by page with --all', async () => {
  const entry = {
    ...{ id: 'e1', at: '2026-01-02T03:04:05.000Z', actor: 'eva', action: 'queues.pause', object: 'q' },
    detail: { a: 1 },
  };
  answer = ({ path }) => ok(path.includes('cursor') ? { items: [entry] } : { items: [entry], nextCursor: 'c' });
  expect((await cli.run('audit')).out).toMatch(
    /^AT .*\n2026-01-02 03:04:05Z +eva +queues\.pause +q +\{"a":1\}\nThere are more/,
  );
  expect((await cli.run('audit', '--all', '--json')).out.trimEnd().split('\n')).toHaveLength(2);
  expect((await cli.run('audit', '--all')).out.trimEnd().split('\n')).toHaveLength(3);
});

it('jobs can be listed by queue', async () => {
  answer = () => ok({ items: [] });
  await cli.run('jobs', '--queue', 'q', '--state', 'failed');
  expect(calls()).toEqual(['GET /v1/jobs?state=failed&queue=q&limit=20']);
});
