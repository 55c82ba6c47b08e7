import type {
  Broker,
  ConsumeOptions,
  Delivery,
  InProcessHub,
  PublishOptions,
  ServeOptions,
  Subscription,
} from '@windlass/broker';
import { fault } from '@windlass/faults';
import type { Instance } from '../world/instance.js';
import { Wire, type WireOptions } from './wire.js';

export interface Wiring extends WireOptions {
  hub: InProcessHub;
}

/** What is not told how long it may take. */
const TIMEOUT_MS = 5_000;
const SUBMISSION = 'submit.jobs';

/**
 * A client of the hub at the end of a wire: whatever goes to the broker or comes from it travels for a moment of its own, so that messages
 * overtake each other.
 */
export class WiredBroker implements Broker {
  state: 'up' | 'down';
  private readonly client: Broker;
  private readonly wire: Wire;
  private readonly listeners = new Set<(state: 'up' | 'down') => void>();
  /** One more with each lost connection: what was under way on an earlier one never arrives. */
  private connection = 0;

  constructor(
    private readonly wiring: Wiring,
    private readonly instance: Instance,
  ) {
    this.client = wiring.hub.connect();
    this.wire = new Wire(wiring, instance);
    this.state = this.client.state;
    this.client.onState((state) => {
      this.connection += 1;
      this.wire.back(`broker ${state}`, () => this.hear(state));
    });
    instance.onDeath(() => this.sever());
  }

  /** The connection is cut: the broker notices, and so does the client. */
  sever(): void {
    this.wiring.hub.sever(this.client);
  }

  restore(): void {
    this.wiring.hub.restore(this.client);
  }

  onState(listener: (state: 'up' | 'down') => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  declareQueue(queue: string): Promise<{ created: boolean }> {
    return this.roundTrip(`declare ${queue}`, () => this.client.declareQueue(queue));
  }

  deleteQueue(queue: string): Promise<void> {
    return this.roundTrip(`delete ${queue}`, () => this.client.deleteQueue(queue));
  }

  publish(queue: string, body: Uint8Array, options: PublishOptions): Promise<'routed' | 'unroutable'> {
    const bytes = Buffer.from(body);
    const { wire, client } = this;
    if (wire.loses('loseMessage', 0)) return this.roundTrip(`lose ${queue}`, async () => 'routed' as const);
    for (let copies = wire.copies(); copies > 1; copies -= 1) {
      const again = () => void client.publish(queue, bytes, options).catch(() => undefined);
      wire.there(`again ${queue}`, again, wire.lateCopyMs());
    }
    return this.roundTrip(`publish ${queue}`, () => client.publish(queue, bytes, options), options.timeoutMs);
  }

  async consume(
    queue: string,
    options: ConsumeOptions,
    onMessage: (delivery: Delivery) => void,
  ): Promise<Subscription> {
    const { onMissing } = options;
    const wired: ConsumeOptions = { prefetch: options.prefetch };
    if (onMissing) wired.onMissing = () => this.wire.back(`missing ${queue}`, onMissing);
    const held = { ended: false };
    const receive = (delivery: Delivery) => {
      const take = () => {
        if (held.ended) return;
        try {
          onMessage(this.settledByWire(queue, delivery));
        } catch {
          delivery.deadLetter();
        }
      };
      this.arrive(`message ${queue}`, take, this.wire.lateMs());
    };
    const begin = () => this.client.consume(queue, wired, receive);
    return this.wired(await (this.state === 'down' ? begin() : this.roundTrip(`consume ${queue}`, begin)), held);
  }

  async request(service: string, body: Uint8Array, { timeoutMs }: { timeoutMs: number }): Promise<Uint8Array> {
    if (this.state === 'down') throw disconnected();
    const bytes = Buffer.from(body);
    const kind = kindOf(bytes);
    const { wire, client } = this;
    return wire.within(timeoutMs, kind, unanswered, (resolve, reject) => {
      // A pause that comes after the end of it would leave jobs standing, rightly: the operator would have to look again.
      const punctual = kind.startsWith('queues.');
      const copies = wire.loses('loseRequest', timeoutMs) ? 0 : punctual ? 1 : wire.copies();
      // A second server gets a submission when the answer of the first was lost. Were both heard, a refusal could be told of what the
      // other has accepted.
      const muted = copies > 1 && kind === SUBMISSION;
      const hear = (label: string, settle: () => void) => {
        if (!muted && !wire.loses('loseRequest', timeoutMs)) wire.back(`${label} ${kind}`, settle, wire.lateMs());
      };
      const ask = () => {
        const asked = client.request(service, bytes, { timeoutMs });
        asked.then(
          (answer) => hear('answer', () => resolve(answer)),
          (error) => hear('refusal', () => reject(error)),
        );
      };
      const heldMs = this.instance.ambush?.(kind) ?? 0;
      if (copies > 0) wire.there(`request ${kind}`, ask, punctual ? 0 : wire.lateMs() + heldMs);
      for (let sent = 1; sent < copies; sent += 1) wire.there(`request ${kind}`, ask, wire.lateCopyMs());
    });
  }

  async serve(
    service: string,
    options: ServeOptions,
    handler: (body: Uint8Array) => Promise<Uint8Array>,
  ): Promise<Subscription> {
    const serve = (body: Uint8Array) =>
      new Promise<Uint8Array>((resolve) => {
        const answer = (bytes: Uint8Array) => this.wire.there(`reply ${kindOf(bytes)}`, () => resolve(bytes));
        const fail = (error: unknown) => options.onError?.(error);
        this.arrive(`serve ${kindOf(body)}`, () => void handler(body).then(answer, fail));
      });
    const begin = () => this.client.serve(service, options, serve);
    return this.wired(await (this.state === 'down' ? begin() : this.roundTrip(`serve ${service}`, begin)));
  }

  broadcast(topic: string, body: Uint8Array): Promise<void> {
    const bytes = Buffer.from(body);
    if (this.wire.loses('loseRequest', 0)) return this.roundTrip(`lose ${topic}`, async () => undefined);
    return this.roundTrip(`broadcast ${topic}`, () => this.client.broadcast(topic, bytes));
  }

  async listen(topic: string, onMessage: (body: Uint8Array) => void): Promise<Subscription> {
    const receive = (body: Uint8Array) => this.arrive(`hear ${topic}`, () => onMessage(body));
    return this.wired(await this.client.listen(topic, receive));
  }

  ping(timeoutMs: number): Promise<void> {
    return this.roundTrip('ping', () => this.client.ping(timeoutMs));
  }

  close(): Promise<void> {
    return this.client.close();
  }

  /** To the broker and back, with the caller's own end of waiting. */
  private async roundTrip<R>(label: string, call: () => Promise<R>, timeoutMs = TIMEOUT_MS): Promise<R> {
    if (this.state === 'down') throw disconnected();
    return this.wire.within(timeoutMs, label, unconfirmed, (resolve, reject) => {
      this.wire.there(label, () => {
        call().then(
          (result) => this.wire.back(`done ${label}`, () => resolve(result)),
          (error) => this.wire.back(`failed ${label}`, () => reject(error)),
        );
      });
    });
  }

  private settledByWire(queue: string, delivery: Delivery): Delivery {
    return {
      body: delivery.body,
      redelivered: delivery.redelivered,
      ack: () => this.wire.there(`ack ${queue}`, () => delivery.ack()),
      requeue: () => this.wire.there(`requeue ${queue}`, () => delivery.requeue()),
      deadLetter: () => this.wire.there(`dead-letter ${queue}`, () => delivery.deadLetter()),
    };
  }

  private wired(subscription: Subscription, held = { ended: false }): Subscription {
    return {
      cancel: async () => {
        if (this.state === 'down') await subscription.cancel();
        else await this.roundTrip('cancel', () => subscription.cancel()).catch(() => undefined);
        held.ended = true;
      },
    };
  }

  private hear(state: 'up' | 'down'): void {
    // Two changes may overtake each other on the way; what counts is how it stands.
    if (state !== this.client.state || state === this.state) return;
    this.state = state;
    for (const listener of [...this.listeners]) listener(state);
  }

  /** On this connection only. */
  private arrive(label: string, run: () => void, lateMs = 0): void {
    const { connection } = this;
    this.wire.back(label, () => connection === this.connection && run(), lateMs);
  }
}

const disconnected = () => fault('broker.unavailable', { detail: 'The message broker is not connected.' });
const unconfirmed = () => fault('broker.unavailable', { detail: 'The message broker did not answer in time.' });
const unanswered = () => fault('broker.timeout', { detail: 'The service did not answer in time.' });

/** How many bytes of an envelope its kind stands within. */
const HEAD_BYTES = 160;
const kindOf = (bytes: Uint8Array): string =>
  /"kind":"([a-z0-9.-]+)"/.exec(Buffer.from(bytes).subarray(0, HEAD_BYTES).toString('latin1'))?.[1] ?? '?';
