import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AnsweringService,
  type Asked,
  answeringService,
  type ScriptedAnswer,
} from '../testing/answering-service.fixture.js';
import { CapturedCli } from '../testing/captured-cli.fixture.js';
import { ID } from '../testing/sample-job.fixture.js';

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

describe('submit', () => {
  beforeEach(() => {
    answer = () => ok({ id: ID, type: 'hash', state: 'queued' }, 202);
  });

  it('sends the payload as it was written, digit for digit', async () => {
    await cli.run('submit', 'hash', '{"id": 12345678901234567890, "x": 1.10}');
    cli.stdin = '[1.0]\n';
    await cli.run('submit', 'hash', '-', '--tag', 'a');
    expect(service.asked.map(({ body }) => body)).toEqual([
      '{"type":"hash","payload":{"id": 12345678901234567890, "x": 1.10}}',
      '{"type":"hash","tags":["a"],"payload":[1.0]}',
    ]);
  });

  it('sends every option that was given', async () => {
    const { exitCode } = await cli.run(
      ...['submit', 'hash', '--queue', 'q', '--delay', '5m', '--ttl', '2h', '--priority', 'critical'],
      ...['--dedupe-key', 'd', '--on-duplicate', 'replace', '--concurrency-key', 'c', '--concurrency-limit', '2'],
      ...['--retention', 'long', '--backoff-list', '1s,10s', '--backoff-list', '5m'],
    );
    expect(exitCode).toBe(0);
    await cli.run('submit', 'hash', '--run-at', '2030-01-31T18:00:00+02:00', '--priority', '0');
    const [first, second] = service.asked.map(({ body }) => JSON.parse(body));
    expect(first).toEqual({
      ...{ type: 'hash', payload: {}, queue: 'q', delay: 300_000, ttl: 7_200_000, priority: 'critical' },
      ...{ dedupeKey: 'd', onDuplicate: 'replace', concurrencyKey: 'c', concurrencyLimit: 2, retention: 'long' },
      backoff: { kind: 'list', delaysMs: [1_000, 10_000, 300_000] },
    });
    expect(second).toEqual({ type: 'hash', payload: {}, runAt: '2030-01-31T18:00:00+02:00', priority: 0 });
  });

  it('says when another job has the dedupe key, and prints that one', async () => {
    answer = () => ok({ id: ID, type: 'hash', state: 'running', duplicate: true }, 202);
    expect(await cli.run('submit', 'hash', '--dedupe-key', 'd', '--on-duplicate', 'return')).toEqual({
      ...{ exitCode: 0, out: `${ID}\n`, err: expect.stringContaining('this is the job that has it, running') },
    });
  });
});

describe('batch', () => {
  const accepting = ({ body }: Asked) =>
    ok({ items: JSON.parse(body).jobs.map(() => ({ status: 202, id: ID, type: 'hash', state: 'queued' })) }, 202);

  it('sends each submission as it was written, from a file or standard input', async () => {
    answer = accepting;
    writeFileSync(join(cli.cwd, 'jobs.json'), '[{"type":"hash", "payload":1.0}, {"type":"hash","payload":2}]');
    cli.stdin = '{"type":"hash","payload":12345678901234567890}\n';
    expect(await cli.run('batch', 'jobs.json', '--idempotency-key', 'k')).toEqual({
      ...{ exitCode: 0, out: `1  ${ID}  queued\n2  ${ID}  queued\n`, err: '2 of 2 accepted.\n' },
    });
    await cli.run('batch', '-');
    expect(service.asked.map(({ body }) => body)).toEqual([
      '{"jobs":[{"type":"hash", "payload":1.0},{"type":"hash","payload":2}]}',
      '{"jobs":[{"type":"hash","payload":12345678901234567890}]}',
    ]);
    expect(service.asked[0]).toMatchObject({ path: '/v1/jobs/batch', headers: { 'idempotency-key': 'k' } });
  });

  it('prints a line for each and exits 1 when one was refused', async () => {
    const refused = { status: 422, problem: { code: 'submit.type-unknown', detail: 'No such type.' } };
    answer = () => ok({ items: [{ status: 202, id: ID, type: 'hash', state: 'queued' }, refused] }, 202);
    cli.stdin = '{}\n{}\n';
    const text = await cli.run('batch', '-');
    expect(text).toMatchObject({
      ...{ exitCode: 1, out: `1  ${ID}  queued\n2  refused  submit.type-unknown: No such type.\n` },
    });
    const json = await cli.run('batch', '-', '--json');
    expect(json).toMatchObject({ exitCode: 1, err: '' });
    expect(
      json.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      ...[
        { index: 0, status: 202, id: ID },
        { index: 1, status: 422, problem: { code: 'submit.type-unknown' } },
      ],
    ]);
  });

  it('sends nothing when a line is not JSON, and exits 2', async () => {
    cli.stdin = '{}\n{"type"\n';
    const { exitCode, err } = await cli.run('batch', '-');
    expect({ exitCode, err }).toMatchObject({ exitCode: 2, err: expect.stringContaining('Line 2 is not JSON') });
    expect(service.asked).toEqual([]);
  });

  it('says how to go on after a failure in between', async () => {
    answer = (asked) => (service.asked.length > 1 ? problem(401, 'auth.token-invalid') : accepting(asked));
    cli.stdin = '{}\n'.repeat(1_001);
    const { exitCode, out, err } = await cli.run('batch', '-', '--idempotency-key', 'k');
    expect({ exitCode, lines: out.split('\n').length }).toEqual({ exitCode: 1, lines: 1_001 });
    expect(err).toContain('1000 of 1001 are known to be accepted. With --idempotency-key k');
  });
});
