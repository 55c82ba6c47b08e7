/**
 * What a handler does in its early attempts, `times` of them; from then on it succeeds. `stubborn` takes long, without a look at its
 * signal or at SIGTERM, and succeeds in every attempt.
 */
export type PlanKind = 'ok' | 'fail' | 'give-up' | 'crash' | 'hang' | 'retry-after' | 'hostile' | 'stubborn' | 'big';

/** Payload of the types `chaos.tiny` and `chaos.work`. */
export interface Plan {
  /** The submission's `Idempotency-Key`, first in the text: two jobs of one key can then be told in the database. */
  key: string;
  kind: PlanKind;
  times: number;
  /** How long it works, ms. */
  ms: number;
  /** Bytes of an artifact; 0 for none. */
  artifactBytes: number;
}

export const TINY_TYPE = 'chaos.tiny';
export const WORK_TYPE = 'chaos.work';

/** A hanging handler is killed this long after its start. */
export const HARD_MS = 6_000;
export const SOFT_MS = 4_000;
