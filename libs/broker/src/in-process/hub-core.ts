import type { Runtime } from '@windlass/clock';
import type { Subscription } from '../broker.js';
import type { InProcessQueue, QueuedMessage } from './in-process-queue.js';

export interface QueuedRequest extends QueuedMessage {
  answer(body: Uint8Array): void;
}

export type HubLogger = (event: string, fields: Record<string, unknown>) => void;

/** What the clients of one hub share: the part of a broker's server. */
export interface HubCore {
  readonly runtime: Runtime;
  readonly log: HubLogger;
  readonly state: 'up' | 'down';
  readonly jobs: Map<string, InProcessQueue<QueuedMessage>>;
  readonly services: Map<string, InProcessQueue<QueuedRequest>>;
  readonly topics: Map<string, Set<(body: Uint8Array) => void>>;
  readonly clients: Set<HubClient>;
  nextOrder(): number;
  bury(body: Uint8Array): void;
}

/** A client as its hub steers it. */
export interface HubClient {
  attach(): void;
  detach(): void;
  hubUp(): void;
  hubDown(): void;
  queueDeclared(queue: string): void;
  queueDeleted(queue: string): void;
}

/** A subscription as its client steers it through lost and regained connections. */
export interface Attachable extends Subscription {
  attach(): void;
  /** As by a lost connection: what is in hand goes back, later settling does nothing. */
  detach(): void;
}
