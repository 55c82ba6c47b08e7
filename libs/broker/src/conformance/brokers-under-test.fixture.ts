import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Broker, PublishOptions } from '../broker.js';

/** A broker's server, as the suite needs to handle it. */
export interface BrokerHarness {
  /** A further client, connected. */
  connect(): Promise<Broker>;
  /** Ends every client's connections; they may come back at once. */
  dropConnections(): void;
  setReachable(reachable: boolean): void;
  /** Takes out what has been dead-lettered by now. */
  takeDeadLetters(): Promise<Uint8Array[]>;
  stop(): Promise<void>;
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (body: Uint8Array): string => new TextDecoder().decode(body);
export const LASTING: PublishOptions = { ttlMs: 60_000, persistent: false, timeoutMs: 5_000 };
export const fault = (code: string) => expect.objectContaining({ code });

/** Waits on a state, with a deadline. */
export async function until(holds: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error(`not within ${withinMs} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function signal() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

/** A handler that waits inside until it is told to go on. */
export function gate() {
  const entered = signal();
  const opened = signal();
  const pass = async (body: Uint8Array) => {
    entered.resolve();
    await opened.promise;
    return body;
  };
  return { pass, entered: entered.promise, open: opened.resolve };
}

/** The clients of one harness; what a test connects is closed after it, and the server is reachable again. */
export interface BrokersUnderTest {
  readonly hub: BrokerHarness;
  connect(): Promise<Broker>;
  /** A name that no other test uses. */
  fresh(): string;
  /** A new queue. */
  declared(broker: Broker): Promise<string>;
}

/** To be called where its hooks belong: inside a `describe`. */
export function brokersUnderTest(makeHub: () => Promise<BrokerHarness>): BrokersUnderTest {
  let hub: BrokerHarness | undefined;
  let brokers: Broker[] = [];
  let serial = 0;
  const fresh = () => `t${++serial}-${randomBytes(3).toString('hex')}`;

  beforeAll(async () => {
    hub = await makeHub();
  }, 60_000);
  afterEach(async () => {
    hub?.setReachable(true);
    await Promise.all(brokers.map((broker) => broker.close()));
    brokers = [];
  });
  afterAll(() => hub?.stop());

  const started = () => {
    if (!hub) throw new Error('the server has not been started');
    return hub;
  };
  return {
    get hub() {
      return started();
    },
    connect: async () => {
      const broker = await started().connect();
      brokers.push(broker);
      return broker;
    },
    fresh,
    declared: async (broker) => {
      const queue = fresh();
      await broker.declareQueue(queue);
      return queue;
    },
  };
}
