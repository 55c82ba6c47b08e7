import type { Draw } from '@windlass/proof';
import type { OwnServers, Server, Testbed } from '@windlass/testbed';
import type { Holds } from './holds.js';

export const GROUPS = [
  'worker',
  'core',
  'gateway',
  'scheduler',
  'postgres',
  'broker',
  's3',
  'network',
  'clock',
  'messages',
] as const;
export type Group = (typeof GROUPS)[number];

/** What a fault may reach. */
export interface Injection {
  draw: Draw;
  bed: Testbed;
  /** Absent where they belong to others too; faults that need them are not drawn then. */
  servers: OwnServers | undefined;
  /** Instances, servers and links that a fault has in hand: two at a time do not undo each other. */
  holds: Holds;
  leaseMs: number;
  /** When it will be healed, ms from now. */
  lengthMs: number;
}

export interface Injected {
  targets: readonly string[];
  /** Read again when it has healed: by then it may tell more. */
  readonly detail?: string;
  /** Undoes it and brings back what died. Resolves when that has happened. */
  heal(): Promise<void>;
}

export interface Fault {
  name: string;
  groups: readonly Group[];
  about: string;
  /** Servers that have to be ours. */
  needs?: readonly Server[];
  /** What it hits suffers while it is injected and while it heals, and has no excuse in between. */
  onlyAtEdges?: boolean;
  /** Why this machine cannot inject it; undefined: it can. May install what is missing. */
  impossible?(): Promise<string | undefined>;
  inject(injection: Injection): Promise<Injected>;
}
