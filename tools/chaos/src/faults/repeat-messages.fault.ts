import { setTimeout as sleep } from 'node:timers/promises';
import type { Draw } from '@windlass/proof';
import { type ChannelModel, type ConfirmChannel, type ConsumeMessage, connect } from 'amqplib';
import { TINY_TYPE, WORK_TYPE } from '../handlers/plan.js';
import type { Fault } from './fault.js';

const CONNECT_MS = 5_000;
const QUEUES = [TINY_TYPE, WORK_TYPE].map((type) => `windlass.jobs.${type}`);
/** In hand at a time: what is late by then comes out of order. */
const IN_HAND = 10;
const LATE_MS = 400;
const MOST_COPIES = 5;
/** Copies carry it, so that a copy is not copied again. */
const MARK = 'x-chaos-copy';

/** Stands between the broker and its consumers as one of them: takes messages and publishes each again, late and more than once. */
async function repeatFrom(channel: ConfirmChannel, queue: string, draw: Draw, onPassed: (copies: number) => void) {
  await channel.prefetch(IN_HAND);
  const pass = async (message: ConsumeMessage) => {
    const copy = message.properties.headers?.[MARK] === true;
    await sleep(draw.whole(0, LATE_MS));
    const { expiration, deliveryMode, messageId } = message.properties;
    const times = copy ? 1 : draw.whole(1, MOST_COPIES);
    for (let turn = 0; turn < times; turn += 1) {
      channel.sendToQueue(queue, message.content, { expiration, deliveryMode, messageId, headers: { [MARK]: true } });
    }
    await channel.waitForConfirms();
    channel.ack(message);
    onPassed(times);
  };
  await channel.consume(queue, (message) => {
    // A channel that has ended gives its messages back: nothing is lost by it.
    if (message) pass(message).catch(() => undefined);
  });
}

export const REPEATED_MESSAGES: Fault = {
  name: 'repeat-messages',
  groups: ['messages', 'broker'],
  about: 'job messages arrive late, out of order and up to five times',
  inject: async ({ bed, draw, holds }) => {
    holds.take('rabbitmq');
    const connection = await connect(bed.ground.vhost.url, { timeout: CONNECT_MS });
    connection.on('error', () => undefined);
    let published = 0;
    const onPassed = (copies: number) => {
      published += copies;
    };
    for (const queue of QUEUES) await repeatFrom(await openChannel(connection), queue, draw.fork(queue), onPassed);
    return {
      targets: ['rabbitmq'],
      get detail() {
        return `${published} messages published again`;
      },
      heal: () => connection.close().catch(() => undefined),
    };
  },
};

async function openChannel(connection: ChannelModel): Promise<ConfirmChannel> {
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => undefined);
  return channel;
}

const UNKNOWN_ID = '00000000-0000-7000-8000-000000000000';
const POISON: readonly (string | Uint8Array)[] = [
  '',
  'not JSON',
  '{"v":1',
  '[]',
  'null',
  JSON.stringify({ v: 1, minReader: 99, kind: 'dispatch.jobs', body: {} }),
  JSON.stringify({ v: 1, minReader: 1, kind: 'something.else', body: {} }),
  JSON.stringify({ v: 1, minReader: 1, kind: 'dispatch.jobs', body: { type: TINY_TYPE, ids: ['x'] } }),
  JSON.stringify({ v: 1, minReader: 1, kind: 'dispatch.jobs', body: { type: TINY_TYPE, ids: [UNKNOWN_ID] } }),
  JSON.stringify({ v: 1, minReader: 1, kind: 'dispatch.jobs', body: { type: 'other.type', ids: [UNKNOWN_ID] } }),
  Buffer.alloc(300_000, 0xff),
];

export const POISONED_QUEUES: Fault = {
  name: 'poison-messages',
  groups: ['messages'],
  about: 'messages that nobody can read, and such that name jobs which do not exist, in the job queues',
  inject: async ({ bed, holds }) => {
    holds.take('rabbitmq');
    const connection = await connect(bed.ground.vhost.url, { timeout: CONNECT_MS });
    connection.on('error', () => undefined);
    try {
      const channel = await openChannel(connection);
      for (const queue of QUEUES) {
        for (const poison of POISON) channel.sendToQueue(queue, Buffer.from(poison), { expiration: '55000' });
      }
      await channel.waitForConfirms();
    } finally {
      await connection.close().catch(() => undefined);
    }
    return { targets: ['rabbitmq'], detail: `${POISON.length} in each queue`, heal: async () => {} };
  },
};
