/** A queue belongs to the installation, not to a tenant: its figures count everybody's jobs. */
export interface Queue {
  name: string;
  /** Made by an operator; else it is that of the type of its name. */
  named: boolean;
  /** Hands nothing over; what runs goes on. */
  paused: boolean;
  pausedAt?: string;
  /** Running jobs at most, over all workers. */
  maxRunning?: number;
  queued: number;
  /** Queued as well, but their concurrency key is used up. Not among `queued`. */
  held: number;
  scheduled: number;
  blocked: number;
  running: number;
  /** How long the one that has been queued longest has waited. */
  oldestMs?: number;
  types: QueueType[];
}

/** `slots`: of living workers that take this type from this queue. */
export interface QueueType {
  type: string;
  queued: number;
  running: number;
  slots: number;
}

/** Makes a named queue, or changes the settings that are given. */
export interface PutQueueRequest {
  /** 0–1,000,000; null lifts the limit. */
  maxRunning?: number | null;
}
