import { Inject, Injectable } from '@nestjs/common';
import type { BatchItemResult } from '@windlass/client';
import type { SubmitItem, SubmitOutcome } from '@windlass/contracts';
import { asProblem, type FieldError, isFault, type Problem } from '@windlass/faults';
import type { Logger } from '@windlass/service-kit';
import { LOGGER } from '../gateway-ports.js';
import { DEFAULT_PACK_LIMITS } from './pack-submissions.js';
import { SubmissionSender } from './send-submission.js';

/** Of the packer's queue: what is left is for single submissions, however many batches there are. */
const ALL_BATCHES_WAITING = Math.floor(DEFAULT_PACK_LIMITS.maxWaiting * 0.8);
/** Between these many items other requests get their turn of the event loop. */
const ITEMS_A_TURN = 50;

/** Brings the items of a batch to core, each with an outcome of its own. Batches share a part of the packer's queue evenly. */
@Injectable()
export class BatchSubmitter {
  private batches = 0;
  private underWay = 0;
  /** Batches that wait for room; woken together, since each looks again for itself. */
  private wake: (() => void)[] = [];

  constructor(
    @Inject(SubmissionSender) private readonly sender: SubmissionSender,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** `read` gives an item, or throws why it is refused. Outcomes are in the items' order; never rejects for one of them. */
  async submit(count: number, read: (index: number) => SubmitItem): Promise<BatchItemResult[]> {
    const results = new Array<BatchItemResult>(count);
    let mine = 0;
    this.batches += 1;
    try {
      for (let index = 0; index < count; index += 1) {
        if (index > 0 && index % ITEMS_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
        while (!this.hasRoom(mine)) await this.change();
        mine += 1;
        this.underWay += 1;
        void this.submitOne(index, read).then((result) => {
          results[index] = result;
          mine -= 1;
          this.underWay -= 1;
          for (const go of this.wake.splice(0)) go();
        });
      }
      while (mine > 0) await this.change();
    } finally {
      this.batches -= 1;
    }
    return results;
  }

  private hasRoom(mine: number): boolean {
    const share = Math.max(1, Math.floor(ALL_BATCHES_WAITING / this.batches));
    return mine < share && this.underWay < ALL_BATCHES_WAITING;
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.wake.push(resolve));
  }

  private async submitOne(index: number, read: (index: number) => SubmitItem): Promise<BatchItemResult> {
    try {
      const item = read(index);
      return resultOf(await this.sender.send(item), item.type, index);
    } catch (error) {
      if (!isFault(error)) this.logger.error({ operation: 'submit.batch', error }, 'bug');
      return refused(asProblem(error), index);
    }
  }
}

/**
 * The failure of a batch of which nothing was accepted and everything may be tried again, so that clients and load balancers see it
 * without reading the items. The least certain one: `submit.not-accepted` only when it holds for all.
 */
export function failureOfAll(results: BatchItemResult[]): Problem | undefined {
  const problems: Problem[] = [];
  for (const result of results) {
    if (!('problem' in result) || result.status !== 503) return undefined;
    problems.push(result.problem as Problem);
  }
  const uncertain = problems.find((problem) => problem.code !== 'submit.not-accepted');
  return uncertain ?? problems[0];
}

function resultOf(outcome: SubmitOutcome, type: string, index: number): BatchItemResult {
  if ('problem' in outcome) return refused(outcome.problem as Problem, index);
  const { id, state, created, duplicate, type: holders } = outcome;
  return {
    status: 202,
    id,
    type: holders ?? type,
    state,
    ...(duplicate ? { duplicate } : {}),
    ...(created || duplicate ? {} : { replayed: true }),
  };
}

function refused(problem: Problem, index: number): BatchItemResult {
  const at = `/jobs/${index}`;
  const path = problem.errors?.[0]?.path;
  // The detail of field errors begins with the first one's path, or with what stands for the whole.
  const label = path || 'The request';
  const named = path !== undefined && problem.detail.startsWith(`${label}:`);
  const detail = named ? `${at}${path}${problem.detail.slice(label.length)}` : problem.detail;
  const errors = problem.errors?.map((error: FieldError) => ({ ...error, path: `${at}${error.path}` }));
  return { status: problem.status, problem: { ...problem, detail, ...(errors ? { errors } : {}) } };
}
