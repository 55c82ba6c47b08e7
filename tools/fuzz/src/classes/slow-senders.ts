import type { Socket } from 'node:net';
import { waitFor } from '@windlass/testing';
import { dial, parseAnswer } from '../http/send-raw.js';
import type { Platform } from '../platform/platform.js';
import type { Tally } from '../report/tally.js';

const SENDERS = 60;
/** Between two bytes of a slow sender. */
const DRIP_MS = 500;
/** Headers get 10 s, a large body 20 s, and the server looks every 5 s. */
const CUT_WITHIN_MS = 40_000;
/** On a loaded machine; without the slow ones it takes milliseconds. */
const HONEST_MS = 3_000;

interface SlowSender {
  kind: string;
  socket: Socket;
  text: string;
  ended: boolean;
}

/** Heads and bodies that come a byte at a time and never end: others are served meanwhile, and each is cut off in time. */
export async function fuzzSlowSenders(platform: Platform, tally: Tally, others: () => Promise<void>): Promise<void> {
  const token = await platform.tokenFor({ tenant: 'slow' });
  const heads = {
    'a slow head': 'GET /v1/jobs HTTP/1.1\r\nhost: x\r\nx-slow: ',
    'a slow body': `POST /v1/jobs HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n{"type":"`,
  };
  const senders = Object.entries(heads).flatMap(([kind, head]) =>
    Array.from({ length: SENDERS }, () => openSlow(platform.url, kind, head)),
  );
  const drip = setInterval(() => {
    for (const { socket, ended } of senders) if (!ended) socket.write('a');
  }, DRIP_MS);
  try {
    await others();
    await tally.run('an honest request beside slow senders', async () => {
      const startedMs = performance.now();
      const { status } = await platform.send({ method: 'GET', path: '/v1/jobs?limit=1' });
      const tookMs = performance.now() - startedMs;
      return status === 200 && tookMs < HONEST_MS ? [] : [`${status} after ${Math.round(tookMs)} ms`];
    });
    for (const kind of Object.keys(heads)) {
      await tally.run(`${SENDERS} times ${kind}`, () => judgeCut(senders.filter((each) => each.kind === kind)));
    }
  } finally {
    clearInterval(drip);
    for (const { socket } of senders) socket.destroy();
  }
}

async function judgeCut(senders: SlowSender[]): Promise<string[]> {
  const left = () => senders.filter(({ ended }) => !ended).length;
  await waitFor(() => left() === 0, {
    what: 'slow senders to be cut off',
    timeoutMs: CUT_WITHIN_MS,
    intervalMs: 100,
  }).catch(() => undefined);
  const told = senders.map(({ text }) => parseAnswer(text)?.status ?? 0);
  const others = told.filter((status) => status !== 408 && status !== 0);
  return [
    ...(left() === 0 ? [] : [`${left()} of ${senders.length} are still connected`]),
    ...(others.length === 0 ? [] : [`answered ${[...new Set(others)].join(', ')} instead of 408`]),
    ...(told.includes(408) ? [] : ['none was told 408']),
  ];
}

function openSlow(url: string, kind: string, head: string): SlowSender {
  const sender: SlowSender = { kind, socket: dial(url), text: '', ended: false };
  sender.socket.write(head);
  sender.socket.on('data', (chunk) => {
    sender.text += chunk.toString('latin1');
  });
  sender.socket.on('error', () => {});
  sender.socket.once('close', () => {
    sender.ended = true;
  });
  return sender;
}
