import { Injectable } from '@nestjs/common';
import type { Static } from '@sinclair/typebox';
import type { ReplayJob, replayJobReply } from '@windlass/contracts';
import { type Fault, fault } from '@windlass/faults';
import { type ReplayRefusal, replayJobsInStore, runTransaction, storeFault } from '@windlass/store';
import type { CorePorts } from '../core-ports.js';

/** Two replays of one job wait for each other a moment only; a dedupe key that is being inserted is known as soon. */
const LOCK_TIMEOUT_MS = 2_000;

/**
 * The replay stage: a finished job runs again as run + 1, in the order of its lane or at the gate of its concurrency key. Committed when it
 * resolves. Throws `read.job-unknown`, `replay.job-unfinished`, `replay.duplicate`, and
 * `submit.queue-unknown` where its named queue was removed.
 */
@Injectable()
export class ReplayJobs {
  constructor(private readonly ports: Pick<CorePorts, 'db' | 'dispatcher' | 'runtime'>) {}

  async replay({ tenantId, id, actor }: ReplayJob): Promise<Static<typeof replayJobReply.schema>> {
    const { db, dispatcher, runtime } = this.ports;
    const items = [{ tenantId, id, actor, auditId: runtime.uuid() }];
    const { replayed, refused } = await runTransaction(db.engine, LOCK_TIMEOUT_MS, (tx) =>
      replayJobsInStore(tx, items),
    ).catch((error: unknown) => {
      throw storeFault(error);
    });
    const [job] = replayed;
    if (!job) throw refusal(refused.get(id) ?? { why: 'unknown', queue: null });
    if (job.concurrencyKey === null) dispatcher.nudge({ queue: job.queue, type: job.type });
    else void dispatcher.admit([{ tenantId, key: job.concurrencyKey }]);
    return { id, run: job.run, state: job.state };
  }
}

function refusal({ why, queue }: { why: ReplayRefusal; queue: string | null }): Fault {
  if (why === 'unfinished')
    return fault('replay.job-unfinished', {
      detail: 'Its last run has not ended. Wait for its end or cancel it, then replay it.',
    });
  if (why === 'queue-unknown')
    return fault('submit.queue-unknown', {
      detail: `The job’s queue "${queue}" was removed. PUT /v1/queues/${queue} makes it again, with a maxRunning if it had one; then replay the job.`,
    });
  if (why === 'duplicate')
    return fault('replay.duplicate', {
      detail: 'Another unfinished job has its dedupeKey. Wait for that one’s end, then replay this one.',
    });
  return fault('read.job-unknown', {
    detail: 'There is no job with this id. Check the id and the token’s tenant.',
  });
}
