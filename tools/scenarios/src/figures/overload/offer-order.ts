import type { Target } from '@windlass/bench/load';
import type { LatencySummary } from '../../load/latency-histogram.js';

/** Scenario → offering process. */
export interface OfferOrder {
  /** Connections go round over them: gateways times tenants. */
  targets: Target[];
  /** Most requests under way at a time. */
  connections: number;
  durationMs: number;
  /** Open loop at this rate; absent: each connection asks again as soon as it has its answer. */
  perSecond?: number;
  /** How long the last answers may take; 30 s unless told. */
  drainMs?: number;
  /** The ids of what was accepted, one a line. */
  idsFile: string;
}

/** Offering process → scenario. */
export interface OfferReport {
  seconds: number;
  /** Requests that were due. */
  due: number;
  /** Of them those that found no free connection and were not sent: with a full service and bounded connections there are many. */
  unsent: number;
  accepted: number;
  /** Answers 429 and 503 that tell when to come again. */
  refused: number;
  /** By status, for the refused. */
  refusedBy: Record<string, number>;
  /** By problem code, for the refused. */
  refusedFor: Record<string, number>;
  /** Other answers, and 429 or 503 without Retry-After. */
  dishonest: number;
  /** Requests whose connection broke. */
  broken: number;
  /** Requests that had no answer long after the last was sent. */
  unanswered: number;
  /** The first few of both. */
  troubles: string[];
  acceptedLatency: LatencySummary;
  refusedLatency: LatencySummary;
  /** How late this process's own timers were: what it adds to every latency. */
  lag: LatencySummary;
}
