import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { networkInterfaces } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HttpCaller } from '../http-caller.js';
import { type CallerSetup, callerOf, endOf } from '../testing/calling.fixture.js';
import { Sink } from '../testing/sink.fixture.js';
import {
  type ForbiddenUrl,
  NAMES,
  NOT_EVEN_ASKED,
  SPECIAL_ADDRESSES,
  SPELLINGS_V4,
  SPELLINGS_V6,
} from './forbidden-urls.fixture.js';

const HAS_V6 = Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === '::1'));
const ALL = [...SPELLINGS_V4, ...SPELLINGS_V6, ...SPECIAL_ADDRESSES, ...NAMES, ...NOT_EVEN_ASKED];
/** Those that a Location header can hold. `http:127.0.0.1` is a path there, and names are tried from DNS. */
const REDIRECTED = ALL.filter(
  ({ url, names }) => /^(?!http:\/?\d)[\x21-\x7e]+$/.test(url) && !names && url !== 'http://',
);
const LANDING = ALL.filter((each) => each.lands === 'v4' || (each.lands === 'v6' && HAS_V6));

/** It hears on every address of the machine: whatever gets out to this machine gets here. */
let sink: Sink;
/** May be called, and sends on to wherever the path says. */
let door: Sink;
let caller: HttpCaller | undefined;
/** Connections that the process began. */
let dialled = 0;
const count = () => dialled++;

const urlOf = ({ url }: ForbiddenUrl) => url.replaceAll('PORT', String(sink.port));
const open = (setup: CallerSetup): HttpCaller => {
  caller = callerOf(setup);
  return caller;
};

beforeAll(async () => {
  sink = await Sink.open(HAS_V6 ? '::' : '0.0.0.0');
  door = await Sink.open('127.0.0.1', (response, { path }) => {
    const { status = '302', to = '' } = Object.fromEntries(new URL(path, 'http://door').searchParams);
    response.writeHead(Number(status), { location: to }).end();
  });
  subscribe('net.client.socket', count);
});
beforeEach(() => {
  sink.forget();
  door.forget();
  dialled = 0;
});
afterEach(() => caller?.close());
afterAll(async () => {
  unsubscribe('net.client.socket', count);
  await sink.close();
  await door.close();
});

it('there are at least 120 cases, none of them twice', () => {
  expect(new Set(ALL.map(({ url }) => url)).size).toBe(ALL.length);
  expect(ALL.length).toBeGreaterThanOrEqual(120);
});

describe('what must not be called is not: no connection, whatever the spelling', () => {
  it.each(ALL)('$url', async (each) => {
    const end = await endOf(open({ names: each.names ?? {} }), { url: urlOf(each) });
    expect(end).toMatchObject({
      final: true,
      code: each.code ?? expect.stringMatching(/^http\.(address-refused|url-invalid)$/),
    });
    expect({ dialled, connections: sink.connections, requests: sink.requests.length }).toEqual({
      dialled: 0,
      connections: 0,
      requests: 0,
    });
  });
});

describe('the sink would have noticed: with the addresses allowed the same URL reaches it', () => {
  it.each(LANDING)('$url', async (each) => {
    const names = Object.keys(each.names ?? {});
    const env = { HTTP_ALLOW: ['0.0.0.0/0', '::/0', ...names].join(',') };
    const end = await endOf(open({ env, names: each.names ?? {} }), { url: urlOf(each) });
    expect(end.result).toMatchObject({ status: 200, body: { text: 'ok' } });
    expect(sink.requests).toHaveLength(1);
    expect(dialled).toBeGreaterThan(0);
  });
});

describe('a redirect leads no further than the payload could', () => {
  const toDoor = (to: string, status = 302) =>
    `http://127.0.0.1:${door.port}/?status=${status}&to=${encodeURIComponent(to)}`;
  const doorOpen = () => ({ HTTP_ALLOW: `127.0.0.1:${door.port}` });

  it.each(REDIRECTED)('to $url', async (each) => {
    const end = await endOf(open({ env: doorOpen() }), { url: toDoor(urlOf(each)), followRedirects: 5 });
    expect(end.final ?? end.result?.url).toBe(true);
    expect({ door: door.requests.length, sink: sink.connections, dialled }).toEqual({ door: 1, sink: 0, dialled: 1 });
  });

  it.each([301, 302, 303, 307, 308])('nor by status %d, at the end of a chain', async (status) => {
    const end = toDoor(`http://127.0.0.1:${sink.port}/`, status);
    const payload = { url: toDoor(toDoor(end, status), status), followRedirects: 5, body: { text: 'x' } };
    expect(await endOf(open({ env: doorOpen() }), payload)).toMatchObject({
      code: 'http.address-refused',
      final: true,
    });
    expect({ door: door.requests.length, sink: sink.connections }).toEqual({ door: 3, sink: 0 });
  });

  it('control: where the sink is allowed, too, the redirect gets there', async () => {
    const env = { HTTP_ALLOW: '127.0.0.1' };
    const end = await endOf(open({ env }), { url: toDoor(`http://127.0.0.1:${sink.port}/`), followRedirects: 5 });
    expect(end.result).toMatchObject({ status: 200, redirects: 1 });
    expect(sink.requests).toHaveLength(1);
  });
});
