import type { SubmitOutcome } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import type { Accepted } from './flush-submissions.js';
import type { PreparedJob } from './hand-over.js';

/** What the client hears. Throws `submit.key-reused`, `submit.key-in-progress` and `submit.duplicate`. */
export function answerSubmission(job: PreparedJob, accepted: Accepted): SubmitOutcome {
  switch (accepted.kind) {
    case 'inserted':
      return { id: job.id, state: accepted.state, created: true };
    case 'repeated':
      if (accepted.holder.fingerprint !== job.key?.fingerprint) throw keyReused();
      return { ...accepted.holder.answer, created: false };
    case 'duplicate':
      if (job.extras?.dedupe?.onDuplicate !== 'return') throw duplicate(accepted.holder.id);
      return { ...accepted.holder, created: false, duplicate: true };
    case 'busy':
      throw keyInProgress();
  }
}

const keyInProgress = () =>
  fault('submit.key-in-progress', {
    detail: 'The first request with this Idempotency-Key has no answer yet. Repeat the request after the delay.',
    retryAfterMs: 1_000,
  });

const keyReused = () =>
  fault('submit.key-reused', {
    detail: 'This Idempotency-Key came with another request within the last 24 hours. Use a new key for a new request.',
  });

const duplicate = (id: string) =>
  fault('submit.duplicate', {
    detail: `The unfinished job ${id} has this dedupeKey. Wait for its end, or submit with onDuplicate "return" or "replace".`,
  });
