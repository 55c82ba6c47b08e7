import { statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AnsweringService,
  type Asked,
  answeringService,
  type ScriptedAnswer,
} from './testing/answering-service.fixture.js';
import { CapturedCli } from './testing/captured-cli.fixture.js';

const ID = '01a1f969-e660-74fa-85ad-c81b8a8b9752';
const JOB = {
  ...{ id: ID, type: 'hash', typeVersion: 1, state: 'succeeded', run: 1, attempt: 1, maxAttempts: 3, releases: 0 },
  ...{ timeouts: 0, priority: 3, tags: [], createdAt: '2026-01-02T03:04:05.000Z', hardMs: 10_000 },
};
let cli: CapturedCli;
let service: AnsweringService;
let answer: (asked: Asked) => ScriptedAnswer;

beforeEach(async () => {
  cli = new CapturedCli();
  answer = () => ({ status: 200, json: { items: [] } });
  service = await answeringService((asked) => answer(asked));
});
afterEach(async () => {
  await service.close();
  await rm(cli.cwd, { recursive: true, force: true });
});

const problem = (status: number, code: string, detail: string) => ({
  status,
  json: { type: 'about:blank', title: 'No', status, code, detail },
});

describe('exit codes', () => {
  it.each([
    ['an unknown command', ['sbmit'], "unknown command 'sbmit'"],
    ['no command', [], 'Usage: windlass'],
    ['a missing argument', ['get'], "missing required argument 'id'"],
    ['an option it does not know', ['jobs', '--staet', 'failed'], "unknown option '--staet'"],
    ['a state that does not exist', ['jobs', '--state', 'done'], 'Allowed choices are'],
    ['a duration without a unit', ['submit', 'hash', '--hard-limit', '60'], 'such as 60s'],
    ['a time without a zone', ['submit', 'hash', '--run-at', '2030-01-31T18:00:00'], 'with its zone'],
    [
      'a delay and a time',
      ['submit', 'hash', '--delay', '1m', '--run-at', '2030-01-31T18:00:00Z'],
      'cannot be used with',
    ],
    ['a priority beyond 9', ['submit', 'hash', '--priority', '10'], 'critical, high, normal, low'],
    ['an action on no jobs in particular', ['actions', 'begin', 'purge'], 'such as --state failed'],
    ['an unknown command of a group', ['queues', 'puase', 'q'], "unknown command 'puase'"],
    ['a limit that is none', ['queues', 'put', 'q', '--limit', 'many'], 'or none'],
    ['a tenant that no token can name', ['token', '--tenant', '../x'], 'letters, digits'],
    ['a payload that is not JSON', ['submit', 'hash', '{a', '--url', 'http://h', '--token', 't'], 'not JSON'],
    ['no address', ['jobs'], 'WINDLASS_URL'],
    ['an address that is none', ['jobs', '--url', 'localhost', '--token', 't'], 'not an address'],
    ['nothing to sign with', ['token', '--data', 'nowhere'], 'windlass dev'],
  ])('are 2 for %s, with what to do on standard error', async (_what, args, hint) => {
    const { exitCode, out, err } = await cli.run(...args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain(hint);
  });

  it('are 0 for help and version', async () => {
    expect(await cli.run('--version')).toMatchObject({ exitCode: 0, out: '0.1.0\n' });
    expect((await cli.run('submit', '--help')).exitCode).toBe(0);
  });

  it('are 1 when the service says no, with its code and what to do', async () => {
    answer = () => problem(401, 'auth.token-invalid', 'The token was refused.');
    const { exitCode, err } = await cli.run('jobs', '--url', service.url, '--token', 'old');
    expect(exitCode).toBe(1);
    expect(err).toBe(
      'windlass: The token was refused. (auth.token-invalid)\n  Give a valid token by --token or WINDLASS_TOKEN; `windlass token` makes one.\n',
    );
  });

  it('are 1 when the job that was waited for failed, whose JSON says why', async () => {
    answer = () => ({
      status: 200,
      json: { ...JOB, state: 'failed', error: { class: 'FailJob', code: 'a.b', message: 'no' } },
    });
    const { exitCode, out } = await cli.run('get', ID, '--wait', '--json', '--url', service.url, '--token', 't');
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ state: 'failed', error: { code: 'a.b' } });
  });

  it.each([
    ['upload', ['upload', 'gone.step']],
    ['read the payload from', ['submit', 'hash', '@gone.step']],
  ])('are 1 when the file to %s is not there, before anything is sent', async (_what, args) => {
    const { exitCode, err } = await cli.run(...args, '--url', service.url, '--token', 't');
    expect(exitCode).toBe(1);
    expect(err).toContain(`There is no file ${join(cli.cwd, 'gone.step')}.`);
    expect(service.asked).toEqual([]);
  });
});

describe('submit', () => {
  it('sends what was asked for, and the given idempotency key', async () => {
    answer = () => ({ status: 202, json: { id: ID, type: 'hash', state: 'queued' } });
    writeFileSync(join(cli.cwd, 'payload.json'), '{"from":"file"}');
    const limits = ['--hard-limit', '1m', '--soft-limit', '500ms', '--max-attempts', '2', '--tag', 'a', '--tag', 'b,c'];
    const where = ['--url', service.url, '--token', 't'];
    expect(await cli.run('submit', 'hash', '@payload.json', '--idempotency-key', 'k1', ...limits, ...where)).toEqual({
      ...{ exitCode: 0, out: `${ID}\n`, err: '' },
    });
    const [sent] = service.asked;
    expect(JSON.parse(sent?.body ?? '')).toEqual({
      ...{
        type: 'hash',
        payload: { from: 'file' },
        tags: ['a', 'b', 'c'],
        hardMs: 60_000,
        softMs: 500,
        maxAttempts: 2,
      },
    });
    expect(sent?.headers['idempotency-key']).toBe('k1');
  });

  it('reads the payload from standard input', async () => {
    answer = () => ({ status: 202, json: { id: ID, type: 'hash', state: 'queued' } });
    cli.stdin = '[1,2]';
    await cli.run('submit', 'hash', '-', '--url', service.url, '--token', 't');
    expect(JSON.parse(service.asked[0]?.body ?? '').payload).toEqual([1, 2]);
  });
});

describe('contexts', () => {
  it('are readable by their owner only and never print their tokens', async () => {
    const added = await cli.run('context', 'add', 'prod', '--url', service.url, '--token', 'secret-1');
    const listed = await cli.run('context', 'list', '--json');
    expect(statSync(cli.contextsPath).mode & 0o777).toBe(0o600);
    expect(JSON.parse(listed.out)).toEqual({ items: [{ name: 'prod', url: service.url, current: true }] });
    expect(added.out + added.err + listed.out).not.toContain('secret-1');
  });

  it('are used until another is chosen, and give way to the environment and to options', async () => {
    cli.stdin = 'from-stdin\n';
    await cli.run('context', 'add', 'first', '--url', service.url, '--token', '-');
    await cli.run('context', 'add', 'second', '--url', service.url, '--token', 'two');
    await cli.run('types');
    await cli.run('types', '--context', 'second');
    await cli.run('context', 'use', 'second');
    await cli.run('types');
    cli.env = { WINDLASS_TOKEN: 'env' };
    await cli.run('types');
    await cli.run('types', '--context', 'first');
    await cli.run('types', '--token', 'option');
    expect(service.asked.map(({ token }) => token)).toEqual([
      'from-stdin',
      'two',
      'two',
      'env',
      'from-stdin',
      'option',
    ]);
  });

  it('say which there are when one is unknown', async () => {
    await cli.run('context', 'add', 'prod', '--url', service.url, '--token', 't');
    const { exitCode, err } = await cli.run('context', 'use', 'prodd');
    expect({ exitCode, err }).toMatchObject({ exitCode: 1, err: expect.stringContaining('There are: prod.') });
  });
});

it('what others named cannot move the cursor of a terminal', async () => {
  answer = () => ({ status: 200, json: { items: [{ ...JOB, tags: ['\u001b[2Jgone'] }] } });
  const { out } = await cli.run('jobs', '--url', service.url, '--token', 't');
  expect(out).toContain('[2Jgone');
  expect(out).not.toContain('\u001b');
});

it('a download does not write where a name from outside leads', async () => {
  answer = ({ path }) => ({
    status: 200,
    json: path.endsWith('/content') ? 'x' : { id: ID, name: '../../escaped.txt' },
  });
  const { out, exitCode } = await cli.run('download', ID, '--url', service.url, '--token', 't');
  expect({ exitCode, out }).toEqual({ exitCode: 0, out: `${join(cli.cwd, 'escaped.txt')}\n` });
  const again = await cli.run('download', ID, '--url', service.url, '--token', 't');
  expect(again).toMatchObject({ exitCode: 1, err: expect.stringContaining('exists already') });
});
