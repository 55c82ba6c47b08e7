import { messageOf } from '@windlass/faults';
import type { Broker, ConsumeOptions, Delivery, PublishOptions, ServeOptions, Subscription } from '../broker.js';
import { disconnected, refuseLargeBody, unanswered, unavailable } from '../broker-faults.js';
import { BrokerState } from '../broker-state.js';
import { MAX_OUTSTANDING, MAX_OUTSTANDING_BYTES } from '../limits.js';
import { PendingDeadlines } from '../pending-deadlines.js';
import type { Attachable, HubClient, HubCore } from './hub-core.js';
import { InProcessConsumer } from './in-process-consumer.js';
import { InProcessListener } from './in-process-listener.js';
import { InProcessQueue } from './in-process-queue.js';
import { InProcessServer } from './in-process-server.js';

interface PendingRequest {
  dueMs: number;
  bytes: number;
  resolve: (answer: Uint8Array) => void;
  reject: (error: unknown) => void;
}

/** One client of a hub. */
export class InProcessBroker implements Broker, HubClient {
  private readonly stateSignal = new BrokerState((error) =>
    this.hub.log('broker.listener-threw', { error: messageOf(error) }),
  );
  private readonly subscriptions = new Set<Attachable>();
  private readonly requests: PendingDeadlines<PendingRequest>;
  private requestBytes = 0;
  private sequence = 0;
  private closed: Promise<void> | undefined;

  constructor(private readonly hub: HubCore) {
    this.requests = new PendingDeadlines(hub.runtime, (request) => {
      this.requestBytes -= request.bytes;
      request.reject(unanswered('The service did not answer in time.'));
    });
    this.stateSignal.set(hub.state);
  }

  get state(): 'up' | 'down' {
    return this.stateSignal.current;
  }
  onState(listener: (state: 'up' | 'down') => void): () => void {
    return this.stateSignal.subscribe(listener);
  }

  async declareQueue(queue: string): Promise<{ created: boolean }> {
    this.assertUp();
    if (this.hub.jobs.has(queue)) return { created: false };
    this.hub.jobs.set(queue, new InProcessQueue(this.hub.runtime));
    for (const client of this.hub.clients) client.queueDeclared(queue);
    return { created: true };
  }

  async deleteQueue(queue: string): Promise<void> {
    this.assertUp();
    const deleted = this.hub.jobs.get(queue);
    if (!deleted) return;
    this.hub.jobs.delete(queue);
    deleted.clear();
    for (const client of this.hub.clients) client.queueDeleted(queue);
  }

  async publish(queue: string, body: Uint8Array, options: PublishOptions): Promise<'routed' | 'unroutable'> {
    refuseLargeBody(body);
    this.assertUp();
    const target = this.hub.jobs.get(queue);
    if (!target) return 'unroutable';
    if (target.isFull(body.byteLength)) throw unavailable('The queue is full.');
    const expiresMs = this.hub.runtime.monotonicMs() + options.ttlMs;
    target.put({ order: this.hub.nextOrder(), body: Buffer.from(body), redelivered: false, expiresMs });
    return 'routed';
  }

  async consume(
    queue: string,
    options: ConsumeOptions,
    onMessage: (delivery: Delivery) => void,
  ): Promise<Subscription> {
    return this.add(new InProcessConsumer(this.hub, queue, options, onMessage, this.forget));
  }

  request(service: string, body: Uint8Array, options: { timeoutMs: number }): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      refuseLargeBody(body);
      this.assertUp();
      const queue = this.hub.services.get(service);
      if (!queue) return reject(unavailable('No server of the service is connected.'));
      const bytes = body.byteLength;
      if (this.requests.size >= MAX_OUTSTANDING || this.requestBytes + bytes > MAX_OUTSTANDING_BYTES) {
        return reject(unavailable('Too many requests wait for their answer.'));
      }
      const id = (++this.sequence).toString(36);
      const dueMs = this.hub.runtime.monotonicMs() + options.timeoutMs;
      this.requests.add(id, { dueMs, bytes, resolve, reject });
      this.requestBytes += bytes;
      const answer = (answered: Uint8Array) => {
        const request = this.requests.take(id);
        if (!request) return;
        this.requestBytes -= request.bytes;
        request.resolve(answered);
      };
      queue.put({
        order: this.hub.nextOrder(),
        body: Buffer.from(body),
        redelivered: false,
        expiresMs: dueMs,
        answer,
      });
    });
  }

  async serve(service: string, options: ServeOptions, handler: (body: Uint8Array) => Promise<Uint8Array>) {
    return this.add(new InProcessServer(this.hub, service, options, handler, this.forget));
  }

  async broadcast(topic: string, body: Uint8Array): Promise<void> {
    refuseLargeBody(body);
    this.assertUp();
    for (const receive of this.hub.topics.get(topic) ?? []) receive(Buffer.from(body));
  }

  async listen(topic: string, onMessage: (body: Uint8Array) => void): Promise<Subscription> {
    return this.add(new InProcessListener(this.hub, topic, onMessage, this.forget));
  }

  async ping(): Promise<void> {
    this.assertUp();
  }

  close(): Promise<void> {
    this.closed ??= this.shutDown();
    return this.closed;
  }

  // The rest is for the hub.

  attach(): void {
    for (const subscription of this.subscriptions) subscription.attach();
  }

  detach(): void {
    for (const subscription of this.subscriptions) subscription.detach();
  }

  /** First consumers, then the state: who hears 'up' misses nothing from then on. */
  hubUp(): void {
    if (this.closed) return;
    this.attach();
    this.stateSignal.set('up');
  }

  hubDown(): void {
    this.stateSignal.set('down');
    this.detach();
    this.rejectRequests();
  }

  queueDeclared(queue: string): void {
    if (this.state === 'down') return;
    for (const consumer of this.consumersOf(queue)) consumer.attach();
  }

  queueDeleted(queue: string): void {
    if (this.state === 'down') return;
    for (const consumer of this.consumersOf(queue)) {
      consumer.detach();
      consumer.attach();
    }
  }

  private consumersOf(queue: string): InProcessConsumer[] {
    return [...this.subscriptions].filter(
      (subscription): subscription is InProcessConsumer =>
        subscription instanceof InProcessConsumer && subscription.queueName === queue,
    );
  }

  private readonly forget = (subscription: Attachable): void => {
    this.subscriptions.delete(subscription);
  };

  private add(subscription: Attachable): Subscription {
    if (this.closed) throw disconnected();
    this.subscriptions.add(subscription);
    if (this.state === 'up') subscription.attach();
    return subscription;
  }

  private assertUp(): void {
    if (this.closed || this.state === 'down') throw disconnected();
  }

  private rejectRequests(): void {
    this.requestBytes = 0;
    for (const request of this.requests.takeAll()) {
      request.reject(unanswered('The connection was lost before the answer came.'));
    }
  }

  private async shutDown(): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => subscription.cancel()));
    this.rejectRequests();
    this.hub.clients.delete(this);
    this.stateSignal.set('down');
  }
}
