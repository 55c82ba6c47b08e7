import {
  DEAD_TTL_MS,
  MAX_DEAD_MESSAGES,
  MAX_LISTENER_MESSAGES,
  MAX_OUTSTANDING,
  MAX_QUEUE_BYTES,
  MAX_QUEUE_MESSAGES,
} from './limits.js';

/** Names and properties of everything that Windlass declares on a broker. Changed properties need a changed name. */

export const jobQueueName = (queue: string): string => `windlass.jobs.${queue}`;
export const rpcQueueName = (service: string): string => `windlass.rpc.${service}`;
export const topicExchangeName = (topic: string): string => `windlass.topic.${topic}`;
/** Both the dead-letter exchange and its queue. */
export const DEAD_LETTER_NAME = 'windlass.dead';
/** RabbitMQ's pseudo-queue for replies; a server sees it with a suffix that names the requester. */
export const DIRECT_REPLY_TO = 'amq.rabbitmq.reply-to';

/** Classic, since quorum queues pay a disk write on every node for messages that PostgreSQL can repeat. */
export const JOB_QUEUE = {
  durable: true,
  arguments: {
    'x-queue-type': 'classic',
    'x-dead-letter-exchange': DEAD_LETTER_NAME,
    'x-max-length': MAX_QUEUE_MESSAGES,
    'x-max-length-bytes': MAX_QUEUE_BYTES,
    // Full means that the publisher hears of it; the default would drop the oldest messages silently.
    'x-overflow': 'reject-publish',
  },
};

/**
 * A headers exchange, since an expired message is dead-lettered as well: expiry is routine here (decision 1) and would push
 * out the few messages worth a look. Only what a consumer rejected matches.
 */
export const DEAD_LETTER_EXCHANGE = { type: 'headers', options: { durable: true } };
export const DEAD_LETTER_MATCH = { 'x-match': 'all-with-x', 'x-first-death-reason': 'rejected' };
export const DEAD_LETTER_QUEUE = {
  durable: true,
  arguments: { 'x-queue-type': 'classic', 'x-max-length': MAX_DEAD_MESSAGES, 'x-message-ttl': DEAD_TTL_MS },
};

/**
 * Gone with its last server, so that a request which nobody serves comes back at once instead of timing out.
 * Durable, since RabbitMQ 4 deprecates shared transient queues. Over its length the requests nearest to their deadline go.
 */
export const RPC_QUEUE = {
  durable: true,
  autoDelete: true,
  arguments: { 'x-queue-type': 'classic', 'x-max-length': 2 * MAX_OUTSTANDING, 'x-max-length-bytes': MAX_QUEUE_BYTES },
};

export const TOPIC_EXCHANGE = { type: 'fanout', options: { durable: true } };
export const LISTENER_QUEUE = {
  durable: false,
  exclusive: true,
  autoDelete: true,
  arguments: { 'x-queue-type': 'classic', 'x-max-length': MAX_LISTENER_MESSAGES },
};
