import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { connect, createServer as createSecureServer } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { RECALLING } from './recall-statements.js';

const KEY = Buffer.from('a key of both sides');
const TLS = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A connection of ours, and what the other side hears when it ends. */
async function open(secured: boolean) {
  const server = secured ? createSecureServer({ ...TLS, pskCallback: () => KEY }) : createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, secured ? 'secureConnection' : 'connection') as Promise<[Socket]>;
  const client = RECALLING.stream();
  client.on('error', () => {});
  client.connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(client, 'connect');
  const stream = secured
    ? connect({ ...TLS, socket: client, checkServerIdentity: () => undefined, pskCallback: identify })
    : client;
  stream.on('error', () => {});
  if (secured) await once(stream, 'secureConnect');
  const [remote] = await accepted;
  closing.push(
    () => server.close(),
    () => remote.destroy(),
    () => client.destroy(),
  );
  return { stream, heard: endOf(remote) };
}

const identify = () => ({ psk: KEY, identity: 'us' });

function endOf(stream: Socket): Promise<string> {
  stream.resume();
  return new Promise((resolve) => {
    stream.on('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)));
    stream.once('end', () => resolve('end'));
  });
}

it.each([
  ['plain', false],
  ['TLS', true],
])(
  'a %s connection is reset when it is given up, with the reason, and ends in good order otherwise',
  async (_, secured) => {
    const given = await open(secured);
    const reason = new Promise((resolve) => given.stream.once('error', resolve));
    given.stream.destroy(new Error('late'));
    expect(await given.heard).toBe('ECONNRESET');
    expect(await reason).toMatchObject({ message: 'late' });

    const ended = await open(secured);
    ended.stream.end('goodbye');
    expect(await ended.heard).toBe('end');
  },
);
