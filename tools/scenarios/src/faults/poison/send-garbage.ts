import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'amqplib';

const DEAD = 'windlass.dead';
const ROUNDS = 100;

/** Bodies that no reader of job messages understands, each another way. */
const GARBAGE: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.from('not json'),
  Buffer.from('{"v":1'),
  Buffer.from('null'),
  Buffer.from('[]'),
  Buffer.from('{}'),
  Buffer.from('{"v":999,"minReader":999,"kind":"dispatch.jobs","body":{}}'),
  Buffer.from('{"v":1,"minReader":1,"kind":"dispatch.jobs","body":{"type":"fault.note","ids":["not an id"]}}'),
  Buffer.from('{"v":1,"minReader":1,"kind":"dispatch.jobs","body":{"type":"../../etc","ids":[]}}'),
  Buffer.from('{"v":1,"minReader":1,"kind":"no.such.kind","body":{}}'),
  Buffer.from([0xff, 0xfe, 0x00, 0x80]),
  Buffer.from(`{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`),
];

/** Puts each into the queue of a type, past everything of the platform. Resolves once the broker has them: how many they are. */
export async function sendGarbage(url: string, type: string): Promise<number> {
  const connection = await connect(url, { timeout: 10_000 });
  try {
    const channel = await connection.createConfirmChannel();
    for (const body of GARBAGE) channel.sendToQueue(`windlass.jobs.${type}`, body);
    await channel.waitForConfirms();
    return GARBAGE.length;
  } finally {
    await connection.close();
  }
}

/** How many messages lie in the dead-letter queue, once there are `expected` or ten seconds have passed. */
export async function countDead(url: string, expected: number): Promise<number> {
  const connection = await connect(url, { timeout: 10_000 });
  try {
    const channel = await connection.createChannel();
    let count = 0;
    for (let n = 0; n < ROUNDS && count < expected; n += 1) {
      count = (await channel.checkQueue(DEAD)).messageCount;
      if (count < expected) await sleep(100);
    }
    return count;
  } finally {
    await connection.close();
  }
}
