import { Inject, Injectable } from '@nestjs/common';
import type { Runtime } from '@windlass/clock';
import type { SubmitItem, SubmitOutcome } from '@windlass/contracts';
import { isFault } from '@windlass/faults';
import { RUNTIME } from '../gateway-ports.js';
import { SubmissionPacker } from './pack-submissions.js';

/** How long a request under a key is repeated while the first one under it is under way: most are over well before. */
const REPEAT_FOR_MS = 2_000;
const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 200;
/** Submissions in such a pause at a time; further ones get core's answer at once. */
export const MAX_REPEATING = 1_000;

/** Brings a submission to core, and again while core says that the first request under its key is still under way. */
@Injectable()
export class SubmissionSender {
  private repeating = 0;

  constructor(
    @Inject(SubmissionPacker) private readonly packer: SubmissionPacker,
    @Inject(RUNTIME) private readonly runtime: Runtime,
  ) {}

  /** Rejects as `SubmissionPacker.submit`; what core refused is an outcome. */
  async send(item: SubmitItem): Promise<SubmitOutcome> {
    const outcome = await this.packer.submit(item);
    if (!isInProgress(outcome) || this.repeating >= MAX_REPEATING) return outcome;
    this.repeating += 1;
    try {
      return await this.repeat(item, outcome);
    } finally {
      this.repeating -= 1;
    }
  }

  private async repeat(item: SubmitItem, first: SubmitOutcome): Promise<SubmitOutcome> {
    const untilMs = this.runtime.monotonicMs() + REPEAT_FOR_MS;
    let outcome = first;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      if (this.runtime.monotonicMs() + pauseMs > untilMs) return outcome;
      await this.runtime.sleep(pauseMs);
      try {
        outcome = await this.packer.submit(item);
      } catch (error) {
        // `not accepted` would be too much said: the request that is under way may well be.
        if (isFault(error) && error.kind === 'retryable') return outcome;
        throw error;
      }
      if (!isInProgress(outcome)) return outcome;
    }
  }
}

function isInProgress(outcome: SubmitOutcome): boolean {
  return 'problem' in outcome && outcome.problem.code === 'submit.key-in-progress';
}
