import { type Runtime, systemRuntime } from '@windlass/clock';
import type { Broker } from '../broker.js';
import { MAX_DEAD_MESSAGES } from '../limits.js';
import type { HubClient, HubCore, HubLogger, QueuedRequest } from './hub-core.js';
import { InProcessBroker } from './in-process-broker.js';
import type { InProcessQueue, QueuedMessage } from './in-process-queue.js';

export interface InProcessOptions {
  runtime?: Runtime;
  logger?: HubLogger;
}

export interface InProcessHub {
  /** A further client. Closing it gives back what it holds. */
  connect(): Broker;
  /** As if the broker had lost its data: queues and messages are gone, consumers find their queue missing, servers are back. */
  wipe(): void;
  /** 'down' is a broker that cannot be reached: messages in hand go back, pending calls reject. 'up' brings all consumers back. */
  setState(state: 'up' | 'down'): void;
  /** As if one client's connection had been cut: what it holds goes back, its calls reject until `restore`. A client that died stays so. */
  sever(client: Broker): void;
  restore(client: Broker): void;
  /** Takes out what was dead-lettered, oldest first. */
  takeDeadLetters(): Uint8Array[];
}

/** A broker inside this process, for one machine and for simulations. Bodies are copied, as a wire would. */
export function createInProcessHub(options: InProcessOptions = {}): InProcessHub {
  return new Hub(options.runtime ?? systemRuntime, options.logger ?? (() => undefined));
}

export function createInProcessBroker(options: InProcessOptions = {}): Broker {
  return createInProcessHub(options).connect();
}

class Hub implements InProcessHub, HubCore {
  state: 'up' | 'down' = 'up';
  readonly jobs = new Map<string, InProcessQueue<QueuedMessage>>();
  readonly services = new Map<string, InProcessQueue<QueuedRequest>>();
  readonly topics = new Map<string, Set<(body: Uint8Array) => void>>();
  readonly clients = new Set<HubClient>();
  private readonly severed = new Set<HubClient>();
  private dead: Uint8Array[] = [];
  private order = 0;

  constructor(
    readonly runtime: Runtime,
    readonly log: HubLogger,
  ) {}

  connect(): Broker {
    const client = new InProcessBroker(this);
    this.clients.add(client);
    return client;
  }

  wipe(): void {
    const queues = [...this.jobs.values(), ...this.services.values()];
    this.jobs.clear();
    this.services.clear();
    for (const queue of queues) queue.clear();
    for (const client of this.clients) client.detach();
    if (this.state === 'up') for (const client of this.connected()) client.attach();
  }

  setState(state: 'up' | 'down'): void {
    if (state === this.state) return;
    this.state = state;
    for (const client of this.connected()) {
      if (state === 'down') client.hubDown();
      else client.hubUp();
    }
  }

  sever(client: Broker): void {
    const cut = this.clientOf(client);
    if (!cut || this.severed.has(cut)) return;
    this.severed.add(cut);
    cut.hubDown();
  }

  restore(client: Broker): void {
    const cut = this.clientOf(client);
    if (cut && this.severed.delete(cut) && this.state === 'up') cut.hubUp();
  }

  takeDeadLetters(): Uint8Array[] {
    const taken = this.dead;
    this.dead = [];
    return taken;
  }

  private clientOf(broker: Broker): HubClient | undefined {
    return [...this.clients].find((client) => (client as unknown) === broker);
  }

  private connected(): HubClient[] {
    return [...this.clients].filter((client) => !this.severed.has(client));
  }

  nextOrder(): number {
    return ++this.order;
  }

  bury(body: Uint8Array): void {
    this.dead.push(body);
    if (this.dead.length > MAX_DEAD_MESSAGES) this.dead.shift();
  }
}
