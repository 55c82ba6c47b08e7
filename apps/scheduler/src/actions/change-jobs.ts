import { afterCancel } from '@windlass/dispatch';
import { messageOf } from '@windlass/faults';
import {
  type CancelledJob,
  cancelJobsInStore,
  type FoundRun,
  holdMatching,
  purgeJobsInStore,
  type Queryable,
  type ReplayedJob,
  type RunningAction,
  replayJobsInStore,
} from '@windlass/store';
import type { ActionPorts } from './action-ports.js';

/** What was done to jobs in a transaction, and what their owners must hear once it is committed. */
export interface Change {
  changed: number;
  tell(ports: ActionPorts): void;
}

/** Does to the jobs what their action asks for. Whatever has moved on since they were found stays as it is. */
export async function changeJobs(tx: Queryable, action: RunningAction, found: FoundRun[]): Promise<Change> {
  const ids = await holdMatching(tx, action, found);
  const { tenantId, actor } = action;
  if (ids.length === 0) return { changed: 0, tell: () => {} };
  switch (action.action) {
    case 'cancel': {
      const reason = `action ${action.id}`;
      const items = ids.map((id) => ({ tenantId, id, actor, reason }));
      const cancelled = await cancelJobsInStore(tx, items);
      return { changed: cancelled.length, tell: (ports) => tellCancelled(cancelled, ports) };
    }
    case 'replay': {
      const items = ids.map((id) => ({ tenantId, id, actor }));
      const { replayed } = await replayJobsInStore(tx, items);
      return { changed: replayed.length, tell: (ports) => tellReplayed(replayed, ports) };
    }
    case 'purge':
      return { changed: await purgeJobsInStore(tx, tenantId, ids), tell: () => {} };
  }
}

function tellReplayed(jobs: ReplayedJob[], { dispatcher }: ActionPorts): void {
  const keys = jobs.flatMap(({ tenantId, concurrencyKey }) =>
    concurrencyKey === null ? [] : [{ tenantId, key: concurrencyKey }],
  );
  // Calls for one lane in between are one.
  for (const { queue, type } of jobs) dispatcher.nudge({ queue, type });
  if (keys.length > 0) void dispatcher.admit(keys);
}

function tellCancelled(jobs: CancelledJob[], { dispatcher, broker, logger }: ActionPorts): void {
  afterCancel(jobs, {
    broker,
    dispatcher,
    onUntold: (error) =>
      logger.warn({ operation: 'actions', error }, `workers were not told now, their beats will: ${messageOf(error)}`),
  });
}
