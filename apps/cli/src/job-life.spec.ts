import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AnsweringService,
  type Asked,
  answeringService,
  type ScriptedAnswer,
} from './testing/answering-service.fixture.js';
import { CapturedCli } from './testing/captured-cli.fixture.js';
import { ID, sampleJob } from './testing/sample-job.fixture.js';

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

const ok = (json: unknown, status = 200): ScriptedAnswer => ({ status, json });
const problem = (status: number, code: string) =>
  ok({ type: 'about:blank', title: 'No', status, code, detail: 'Not so.' }, status);
const logLine = (seq: number, message: string) => ({
  ...{ run: 1, epoch: 1, seq, at: '2026-01-02T03:04:05.678Z', level: 'info', source: 'handler', message },
});
const event = (name: string, id: string, data: unknown) =>
  `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
const END = 'event: end\ndata: {}\n\n';

describe('submit --follow', () => {
  const running = sampleJob({ state: 'running', progress: { percent: 40, phase: 'meshing' } });

  it('prints log and progress on standard error, the job on standard output, and exits as it ended', async () => {
    let looks = 0;
    answer = ({ method, path }) => {
      if (method === 'POST') return ok({ id: ID, type: 'hash', state: 'queued' }, 202);
      if (path.endsWith('/logs')) return { stream: event('log', '1.1.1', logLine(1, 'one\ntwo')) + END };
      looks += 1;
      return ok(looks === 1 ? running : sampleJob({ state: 'failed', error: { class: 'E', message: 'no' } }));
    };
    const { exitCode, out, err } = await cli.run('submit', 'hash', '--follow', '--json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ id: ID, state: 'failed' });
    expect(err).toContain('2026-01-02 03:04:05.678Z  info   handler  one\n    two\n');
    expect(err).toContain('-- 40 % running: meshing\n');
    expect(err).toContain('-- failed\n');
  });

  it('ends at Ctrl-C with 130, and the job goes on', async () => {
    answer = ({ method, path }) => {
      if (method === 'POST') return ok({ id: ID, type: 'hash', state: 'queued' }, 202);
      return path.endsWith('/logs') ? { stream: event('log', '1.1.1', logLine(1, 'one')), stays: true } : ok(running);
    };
    const ended = cli.run('submit', 'hash', '--follow', '--json');
    await expect.poll(() => cli.printed.err).toContain('handler  one');
    cli.interrupt();
    expect(await ended).toMatchObject({
      exitCode: 130,
      out: '',
      err: expect.stringContaining(`windlass get ${ID} --wait`),
    });
    expect(service.asked.filter(({ method }) => method !== 'GET').map(({ path }) => path)).toEqual(['/v1/jobs']);
    expect(cli.interrupts.size).toBe(0);
  });

  it('waits for the end though the log cannot be followed', async () => {
    answer = ({ method, path }) => {
      if (method === 'POST') return ok({ id: ID, type: 'hash', state: 'queued' }, 202);
      if (path.endsWith('/logs')) return problem(404, 'http.route-unknown');
      return ok(path.endsWith('/result') ? 7 : sampleJob());
    };
    const { exitCode, out, err } = await cli.run('submit', 'hash', '--follow', '--json');
    expect({ exitCode, result: JSON.parse(out).result }).toEqual({ exitCode: 0, result: 7 });
    expect(err).toContain('cannot be followed: Not so.');
  });
});

it('get --wait outlasts an outage of the service and says so once', async () => {
  let looks = 0;
  answer = ({ path }) => {
    if (path.endsWith('/result')) return ok(7);
    looks += 1;
    if (looks === 1) return ok(sampleJob({ state: 'running' }));
    return looks < 4 ? problem(503, 'broker.circuit-open') : ok(sampleJob());
  };
  const { exitCode, out, err } = await cli.run('get', ID, '--wait', '--json');
  expect({ exitCode, result: JSON.parse(out).result }).toEqual({ exitCode: 0, result: 7 });
  expect(err).toBe('windlass: Not so. (broker.circuit-open)\n  Still waiting.\n');
});

describe('logs', () => {
  it('prints lines, with a mark between attempts and without control characters', async () => {
    const items = [logLine(1, 'one\u001b[2J'), { ...logLine(1, 'two'), epoch: 2, level: 'warn', source: 'stdout' }];
    answer = () => ok({ items, finished: false });
    expect(await cli.run('logs', ID, '--level', 'info')).toEqual({
      ...{ exitCode: 0, err: '' },
      out:
        '2026-01-02 03:04:05.678Z  info   handler  one [2J\n-- next attempt (run 1, epoch 2) --\n' +
        '2026-01-02 03:04:05.678Z  warn   stdout   two\n',
    });
    const { out } = await cli.run('logs', ID, '--json');
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(items);
  });

  it('-f goes on until the job ends; Ctrl-C ends it with 130', async () => {
    answer = () => ({ stream: event('log', '1.1.1', logLine(1, 'one')) + END });
    expect(await cli.run('logs', ID, '-f')).toMatchObject({ exitCode: 0, out: expect.stringContaining('one\n') });
    answer = () => ({ stream: event('log', '1.1.1', logLine(1, 'one')), stays: true });
    const ended = cli.run('logs', ID, '-f', '--json');
    await expect.poll(() => cli.printed.out).toContain('one');
    cli.interrupt();
    expect((await ended).exitCode).toBe(130);
  });
});

it('events show who and why, and -f goes on until the job ends', async () => {
  const cancelled = {
    ...{ run: 1, epoch: 1, rank: 3, kind: 'cancelled', terminal: true, at: '2026-01-02T03:04:05.678Z' },
    ...{ worker: 'w1', machine: 'm1', actor: 'eva', reason: 'wrong file' },
  };
  answer = ({ headers }) =>
    headers.accept === 'text/event-stream'
      ? { stream: event('job', '1.1.3', cancelled) + END }
      : ok({ items: [cancelled] });
  for (const args of [
    ['events', ID],
    ['events', ID, '-f'],
  ]) {
    const [head, row] = (await cli.run(...args)).out.split('\n');
    expect(head?.split(/\s+/)).toEqual([
      'AT',
      'RUN',
      'EPOCH',
      'EVENT',
      'WORKER',
      'MACHINE',
      'ACTOR',
      'REASON',
      'ERROR',
    ]);
    expect(row).toMatch(/^2026-01-02 03:04:05Z +1 +1 +cancelled +w1 +m1 +eva +wrong file$/);
  }
  expect(JSON.parse((await cli.run('events', ID, '-f', '--json')).out)).toEqual(cancelled);
});

it('cancel and replay say what became of it', async () => {
  answer = ({ path }) =>
    ok(path.endsWith('/cancel') ? { id: ID, state: 'cancelled', stopping: true } : { id: ID, run: 2, state: 'queued' });
  expect((await cli.run('cancel', ID, '--reason', 'wrong file')).out).toBe(
    `${ID} is cancelled. Its attempt is being ended.\n`,
  );
  expect(JSON.parse(service.asked[0]?.body ?? '')).toEqual({ reason: 'wrong file' });
  expect((await cli.run('replay', ID)).out).toBe(`${ID} is queued as run 2.\n`);
});

it('a refusal says what to do', async () => {
  answer = () => problem(409, 'replay.job-unfinished');
  const { exitCode, err } = await cli.run('replay', ID);
  expect({ exitCode, err }).toMatchObject({ exitCode: 1, err: expect.stringContaining('windlass why ID') });
});

it('why says it in sentences, or as JSON', async () => {
  const waitingFor = [{ kind: 'queue-paused', queue: 'q', since: '2026-01-02T03:04:05.000Z' }] as const;
  answer = () => ok(sampleJob({ state: 'queued', attempt: 0, waitingFor: [...waitingFor] }));
  expect((await cli.run('why', ID)).out).toContain('`windlass queues resume q` lets it go on.\n');
  expect(JSON.parse((await cli.run('why', ID, '--json')).out)).toMatchObject({ id: ID, state: 'queued', waitingFor });
});
