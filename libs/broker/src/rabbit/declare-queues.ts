import type { ChannelModel } from 'amqplib';
import {
  DEAD_LETTER_EXCHANGE,
  DEAD_LETTER_MATCH,
  DEAD_LETTER_NAME,
  DEAD_LETTER_QUEUE,
  JOB_QUEUE,
  jobQueueName,
} from '../topology.js';
import { openChannel } from './keep-connection.js';

/** Connections on which the dead-letter target is known to be there. */
const withDeadLetters = new WeakSet<ChannelModel>();

/** Declares a job queue; says whether it was missing. */
export async function declareJobQueue(connection: ChannelModel, queue: string): Promise<{ created: boolean }> {
  const created = !(await queueExists(connection, jobQueueName(queue)));
  const channel = await openChannel(connection);
  try {
    if (created || !withDeadLetters.has(connection)) {
      await channel.assertExchange(DEAD_LETTER_NAME, DEAD_LETTER_EXCHANGE.type, DEAD_LETTER_EXCHANGE.options);
      await channel.assertQueue(DEAD_LETTER_NAME, DEAD_LETTER_QUEUE);
      await channel.bindQueue(DEAD_LETTER_NAME, DEAD_LETTER_NAME, '', DEAD_LETTER_MATCH);
      withDeadLetters.add(connection);
    }
    if (created) await channel.assertQueue(jobQueueName(queue), JOB_QUEUE);
    return { created };
  } finally {
    await channel.close().catch(() => undefined);
  }
}

export async function deleteJobQueue(connection: ChannelModel, queue: string): Promise<void> {
  const channel = await openChannel(connection);
  try {
    await channel.deleteQueue(jobQueueName(queue));
  } finally {
    await channel.close().catch(() => undefined);
  }
}

/** On a channel to throw away: the server closes it when the queue is missing. */
async function queueExists(connection: ChannelModel, name: string): Promise<boolean> {
  const probe = await openChannel(connection);
  try {
    await probe.checkQueue(name);
  } catch (error) {
    if ((error as { code?: unknown }).code === 404) return false;
    throw error;
  }
  await probe.close();
  return true;
}
