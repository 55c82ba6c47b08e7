import type { Runtime } from '@windlass/clock';
import { isFault, messageOf } from '@windlass/faults';
import type { Channel, ChannelModel } from 'amqplib';
import type { Broker, ConsumeOptions, Delivery, PublishOptions, ServeOptions, Subscription } from '../broker.js';
import { disconnected, refuseLargeBody, unavailable } from '../broker-faults.js';
import { BrokerState } from '../broker-state.js';
import { DRAIN_MS, MAX_OPERATIONS, OPERATION_TIMEOUT_MS } from '../limits.js';
import { jobQueueName, LISTENER_QUEUE, TOPIC_EXCHANGE, topicExchangeName } from '../topology.js';
import { withinDeadline } from '../within-deadline.js';
import { type ConsumerPlan, QueueConsumer, RabbitDelivery } from './consume-queue.js';
import { declareJobQueue, deleteJobQueue } from './declare-queues.js';
import { type BrokerLogger, type BrokerUrl, KeptConnection, openChannel } from './keep-connection.js';
import { Publishing } from './open-publishing.js';
import { RequestServer } from './serve-requests.js';

export interface RabbitBrokerSettings {
  urls: BrokerUrl[];
  name: string;
  runtime: Runtime;
  log: BrokerLogger;
  connectTimeoutMs: number;
}

/**
 * Two connections: RabbitMQ stops reading from one that publishes while it is short of memory or disk, and
 * acknowledgements, cancels and declarations must get through all the same.
 */
export class RabbitBroker implements Broker {
  private readonly runtime: Runtime;
  private readonly log: BrokerLogger;
  private readonly stateSignal: BrokerState;
  private readonly publishingSide: KeptConnection;
  private readonly consumingSide: KeptConnection;
  private readonly consumers = new Set<QueueConsumer>();
  private publishing: Publishing | undefined;
  private blocked = false;
  private consuming: ChannelModel | undefined;
  private control: Channel | undefined;
  private operations = 0;
  private pinging: Promise<unknown> | undefined;
  private closed: Promise<void> | undefined;

  constructor(private readonly settings: RabbitBrokerSettings) {
    const { name, urls, connectTimeoutMs } = settings;
    this.runtime = settings.runtime;
    this.log = settings.log;
    this.stateSignal = new BrokerState((error) => this.log('broker.listener-threw', { error: messageOf(error) }));
    const common = { urls, connectTimeoutMs, runtime: this.runtime, log: this.log };
    this.publishingSide = new KeptConnection({
      ...common,
      name: `${name} publish`,
      prepare: (connection) => this.preparePublishing(connection),
      onUp: () => this.showState(),
      onDown: () => this.publishingLost(),
      onBlocked: (blocked) => {
        this.blocked = blocked;
        this.showState();
      },
    });
    this.consumingSide = new KeptConnection({
      ...common,
      name: `${name} consume`,
      prepare: (connection) => this.prepareConsuming(connection),
      onUp: () => this.showState(),
      onDown: () => this.consumingLost(),
    });
  }

  async start(): Promise<void> {
    await Promise.all([this.publishingSide.start(), this.consumingSide.start()]);
  }

  get state(): 'up' | 'down' {
    return this.stateSignal.current;
  }
  onState(listener: (state: 'up' | 'down') => void): () => void {
    return this.stateSignal.subscribe(listener);
  }

  async declareQueue(queue: string): Promise<{ created: boolean }> {
    const declared = await this.operate((connection) => declareJobQueue(connection, queue));
    if (declared.created) for (const consumer of this.consumers) consumer.nudge();
    return declared;
  }
  deleteQueue(queue: string): Promise<void> {
    return this.operate((connection) => deleteJobQueue(connection, queue));
  }

  async publish(queue: string, body: Uint8Array, options: PublishOptions): Promise<'routed' | 'unroutable'> {
    refuseLargeBody(body);
    return this.publisher().jobs.publish({
      exchange: '',
      routingKey: jobQueueName(queue),
      body: asBuffer(body),
      mandatory: true,
      ...options,
    });
  }

  consume(queue: string, options: ConsumeOptions, onMessage: (delivery: Delivery) => void): Promise<Subscription> {
    return this.subscribe({
      tag: this.settings.name,
      prefetch: options.prefetch,
      noAck: false,
      prepare: async () => jobQueueName(queue),
      onMessage: (message, hold) => onMessage(new RabbitDelivery(message, hold)),
      onMissing: options.onMissing,
    });
  }

  async request(service: string, body: Uint8Array, options: { timeoutMs: number }): Promise<Uint8Array> {
    refuseLargeBody(body);
    return this.publisher().requests.send(service, asBuffer(body), options.timeoutMs);
  }

  serve(service: string, options: ServeOptions, handler: (body: Uint8Array) => Promise<Uint8Array>) {
    const answer = (replyTo: string, correlationId: string, body: Uint8Array) => {
      refuseLargeBody(body);
      this.publishing?.answers.send(replyTo, correlationId, asBuffer(body));
    };
    return this.subscribe(new RequestServer(this.settings.name, service, options, handler, answer, this.runtime));
  }

  async broadcast(topic: string, body: Uint8Array): Promise<void> {
    refuseLargeBody(body);
    await this.bounded(this.publisher().broadcast(topic, asBuffer(body)));
  }

  listen(topic: string, onMessage: (body: Uint8Array) => void): Promise<Subscription> {
    const exchange = topicExchangeName(topic);
    return this.subscribe({
      tag: this.settings.name,
      prefetch: 0,
      noAck: true,
      prepare: async (channel) => {
        await channel.assertExchange(exchange, TOPIC_EXCHANGE.type, TOPIC_EXCHANGE.options);
        const { queue } = await channel.assertQueue('', LISTENER_QUEUE);
        await channel.bindQueue(queue, exchange, '');
        return queue;
      },
      onMessage: (message) => onMessage(message.content),
    });
  }

  async ping(timeoutMs: number): Promise<void> {
    const publishing = this.publisher();
    if (!this.control) throw disconnected();
    // The cheapest round trip there is, which needs no permission and changes nothing on a channel without consumers. Shared,
    // so that checks of a broker that has stopped answering do not pile up.
    this.pinging ??= Promise.all([publishing.control.prefetch(0), this.control.prefetch(0)]).finally(() => {
      this.pinging = undefined;
    });
    await withinDeadline(this.runtime, timeoutMs, this.pinging).catch((error) => {
      throw isFault(error) ? error : unavailable('The connection to the message broker was lost.', error);
    });
  }

  close(): Promise<void> {
    this.closed ??= this.shutDown();
    return this.closed;
  }

  private async shutDown(): Promise<void> {
    await Promise.all([...this.consumers].map((consumer) => consumer.cancel()));
    const idle = this.publishing?.whenIdle() ?? Promise.resolve();
    await withinDeadline(this.runtime, DRAIN_MS, idle).catch(() => undefined);
    await Promise.all([this.publishingSide.close(DRAIN_MS), this.consumingSide.close(DRAIN_MS)]);
    this.showState();
  }

  private async preparePublishing(connection: ChannelModel): Promise<void> {
    this.publishing = await Publishing.open(connection, this.runtime, (error) => {
      // Without an error it ended with its connection, which is noticed elsewhere.
      if (!error || connection !== this.publishingSide.current) return;
      this.log('broker.channel-lost', { error: messageOf(error) });
      this.publishingSide.drop('a channel of it was lost');
    });
  }

  /** Consumers are back before the state turns: who hears 'up' misses nothing from then on. */
  private async prepareConsuming(connection: ChannelModel): Promise<void> {
    this.control = await openChannel(connection);
    this.consuming = connection;
    await Promise.all([...this.consumers].map((consumer) => consumer.up(connection)));
  }

  private publishingLost(): void {
    this.publishing?.end();
    this.publishing = undefined;
    this.blocked = false;
    this.showState();
  }

  private consumingLost(): void {
    this.control = undefined;
    this.consuming = undefined;
    for (const consumer of this.consumers) consumer.down();
    this.showState();
  }

  private showState(): void {
    const up = this.publishingSide.current && this.consumingSide.current && !this.blocked;
    this.stateSignal.set(up ? 'up' : 'down');
  }

  private async subscribe(plan: ConsumerPlan): Promise<Subscription> {
    if (this.closed) throw disconnected();
    const consumer = new QueueConsumer(plan, this.runtime, this.log, (gone) => this.consumers.delete(gone));
    this.consumers.add(consumer);
    if (this.consuming) await consumer.up(this.consuming);
    return consumer;
  }

  private publisher(): Publishing {
    if (!this.publishing || !this.publishingSide.current || this.closed) throw disconnected();
    if (this.blocked) throw unavailable('The message broker is short of memory or disk and takes no messages.');
    return this.publishing;
  }

  private async operate<T>(operation: (connection: ChannelModel) => Promise<T>): Promise<T> {
    const connection = this.consumingSide.current;
    if (!connection || this.closed) throw disconnected();
    if (this.operations >= MAX_OPERATIONS) throw unavailable('Too many declarations are under way.');
    this.operations += 1;
    const running = operation(connection);
    running
      .catch(() => undefined)
      .finally(() => {
        this.operations -= 1;
      });
    return this.bounded(running);
  }

  /** What amqplib rejects with stays inside; callers meet faults only. */
  private bounded<T>(promise: Promise<T>): Promise<T> {
    return withinDeadline(this.runtime, OPERATION_TIMEOUT_MS, promise).catch((error) => {
      throw isFault(error) ? error : unavailable('The message broker refused or was lost.', error);
    });
  }
}

/** The same bytes, seen as the type that amqplib insists on. It copies them into frames before publish returns. */
function asBuffer(body: Uint8Array): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}
