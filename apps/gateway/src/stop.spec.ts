import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startGateway } from './testing/start-gateway.fixture.js';

const ASK = 'GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n';

/** What comes on the connection until one whole answer is there, or its end. */
function ask(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const take = (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (text.includes('\r\n\r\n')) resolve(text);
    };
    socket.on('data', take);
    socket.once('end', () => reject(new Error(`the connection ended after "${text}"`)));
    socket.once('error', reject);
    socket.write(ASK);
  });
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return socket;
}

describe('a gateway that stops', () => {
  it('answers what comes on open connections and on new ones, and tells that they end', async () => {
    const test = await startGateway({});
    const port = Number(new URL(test.url).port);
    const kept = await open(port);
    expect(await ask(kept)).toMatch(/connection: keep-alive/i);
    kept.removeAllListeners('data');
    const stopping = test.stop();
    // Without a word on it, it must not hold the gateway.
    const silent = await open(port);
    const silentEnds = new Promise((resolve) => silent.once('close', resolve));
    const [onKept, onNew] = await Promise.all([ask(kept), open(port).then(ask)]);
    expect(onKept).toMatch(/connection: close/i);
    expect(onNew).toMatch(/connection: close/i);
    await stopping;
    await silentEnds;
    await expect(open(port)).rejects.toThrow('ECONNREFUSED');
  });
});
