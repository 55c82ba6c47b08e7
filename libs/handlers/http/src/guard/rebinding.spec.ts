import { setImmediate as nextTurn } from 'node:timers/promises';
import { waitFor } from '@windlass/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { HttpCaller } from '../http-caller.js';
import { callerOf, endOf } from '../testing/calling.fixture.js';
import { Sink } from '../testing/sink.fixture.js';
import type { ResolveHost } from './resolve-host.js';

/** Same port at both: a name that moves from one to the other keeps its URL. */
const PUBLIC = '127.0.0.2';
const INSIDE = '127.0.0.3';
let allowed: Sink;
let forbidden: Sink;
let caller: HttpCaller;
let asked: number;

beforeAll(async () => {
  allowed = await Sink.open(PUBLIC);
  forbidden = await Sink.open(INSIDE, (response) => response.end('inside'), allowed.port);
});
beforeEach(() => {
  asked = 0;
  allowed.forget();
  forbidden.forget();
});
afterEach(() => caller.close());
afterAll(async () => {
  await allowed.close();
  await forbidden.close();
});

/** One answer for each question, the last one for all further ones. */
function answering(...answers: string[][]): ResolveHost {
  return async () => answers[Math.min(asked++, answers.length - 1)] ?? [];
}
const call = () => endOf(caller, { url: `http://rebind.example:${allowed.port}/` });
const reached = () => ({ allowed: allowed.requests.length, forbidden: forbidden.connections });
/** Stands in for the internet, which a test must not call. */
const env = { HTTP_ALLOW: PUBLIC };

it('a name is asked for once for each connection: the address that was checked is the one that is called', async () => {
  caller = callerOf({ env, resolve: answering([PUBLIC], [INSIDE]) });
  expect(await call()).toMatchObject({ result: { body: { text: 'ok' } } });
  expect(asked).toBe(1);
  expect(reached()).toEqual({ allowed: 1, forbidden: 0 });
});

it('a kept connection goes on to the address that it was made to; a new one is checked anew', async () => {
  caller = callerOf({ env, resolve: answering([PUBLIC], [INSIDE]) });
  await call();
  await nextTurn(); // the connection is free a turn after its answer was read
  expect(await call()).toMatchObject({ result: { body: { text: 'ok' } } });
  expect(asked).toBe(1);
  allowed.dropConnections();
  await waitFor(() => caller.sockets === 0, { what: 'the end of the connection' });
  expect(await call()).toMatchObject({ code: 'http.address-refused', final: true });
  expect(reached()).toEqual({ allowed: 2, forbidden: 0 });
});

it('an answer that changes after it was checked changes nothing', async () => {
  const answer = [PUBLIC];
  const resolve: ResolveHost = async () => {
    // Past the check, before or while the connection is made.
    setImmediate(() => answer.splice(0, 1, INSIDE));
    return answer;
  };
  caller = callerOf({ env, resolve });
  await call();
  expect(reached()).toEqual({ allowed: 1, forbidden: 0 });
});

it.each([[[INSIDE, PUBLIC]], [[PUBLIC, INSIDE]]])('of a mixed answer (%s) none is called', async (mixed) => {
  caller = callerOf({ env, resolve: answering(mixed) });
  expect(await call()).toMatchObject({ code: 'http.address-refused', final: true });
  expect(reached()).toEqual({ allowed: 0, forbidden: 0 });
});

it('a redirect to the same name is judged by what the name is then', async () => {
  allowed.answering((response) =>
    response.writeHead(302, { location: `http://other.example:${allowed.port}/`, connection: 'close' }).end(),
  );
  caller = callerOf({ env, resolve: answering([PUBLIC], [INSIDE]) });
  const end = await endOf(caller, { url: `http://rebind.example:${allowed.port}/`, followRedirects: 3 });
  expect(end).toMatchObject({ code: 'http.address-refused', final: true });
  expect(reached()).toEqual({ allowed: 1, forbidden: 0 });
  allowed.answering((response) => response.end('ok'));
});

it("this machine's own public addresses are inside as well", async () => {
  const url = 'http://public.example:8080/';
  const names = { 'public.example': ['93.184.215.14'] };
  caller = callerOf({ names, ownAddresses: () => new Set(['93.184.215.14']) });
  expect(await endOf(caller, { url })).toMatchObject({ code: 'http.address-refused' });
});

it('control: where the other address is allowed, too, the name leads there', async () => {
  caller = callerOf({ env: { HTTP_ALLOW: '127.0.0.0/8' }, resolve: answering([INSIDE]) });
  expect(await call()).toMatchObject({ result: { body: { text: 'inside' } } });
  expect(reached()).toEqual({ allowed: 0, forbidden: 1 });
});

it('what refuses tells neither addresses nor how a name resolves', async () => {
  caller = callerOf({ resolve: answering(['10.11.12.13']) });
  const end = await call();
  expect(end.message).not.toContain('10.11');
  expect(end.message).toContain('rebind.example');
});
