export {
  connectDatabase,
  type Database,
  type DatabaseOptions,
  ENGINE_SESSION,
  storeFault,
} from './connect/connect-database.js';
export { makeSources, type Sources, type SourcesOptions } from './connect/connect-sources.js';
export { openDatabase } from './connect/open-database.js';
export { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded/embedded-postgres.js';
export * from './entities/index.js';
export { type FlushOptions, FlushQueue } from './flush-queue.js';
export { type MigrateOptions, migrate, pendingMigrations } from './migrations/migrate.js';
export { admitHeld, type TenantKey } from './operations/admit-held.js';
export { type ActionTurn, advanceAction, holdAction } from './operations/advance-action.js';
export { type AttemptLines, appendLogsInStore } from './operations/append-logs.js';
export { listAuditInStore, type NewAuditEntry, recordAudit } from './operations/audit.js';
export {
  type CancelledJob,
  type CancelledState,
  cancelJobsInStore,
  type JobToCancel,
  readEndStates,
} from './operations/cancel-jobs.js';
export { claimJobsInStore, claimOpenJobs } from './operations/claim-jobs.js';
export {
  dropPendingUploads,
  dropWeek,
  findEndedWeek,
  type KeptClass,
  retireRecords,
  type SweptPages,
  sweepDefault,
  sweepWeek,
  watchWeek,
} from './operations/drop-history.js';
export { expireJobs } from './operations/expire-jobs.js';
export { explainWaiting, type Gates, readGates, readHolders } from './operations/explain-waiting.js';
export { extendLeases } from './operations/extend-leases.js';
export { type FoundRun, findActionJobs } from './operations/find-action-jobs.js';
export { type FinishedAttempt, finishAttempts } from './operations/finish-attempts.js';
export type { FreedSlot } from './operations/freed-slot.js';
export { addGarbage, dropGarbage, type LitteringAttempt, takeDueGarbage } from './operations/garbage.js';
export { listFreeKeys } from './operations/held-keys.js';
export { holdMatching } from './operations/hold-matching.js';
export { findKeys, type KeyHolder, type StoredAnswer } from './operations/idempotency-keys.js';
export { type DedupedOutcome, insertDedupedJobs } from './operations/insert-deduped.js';
export { insertJobs, type JobExtras, type JobTemplate, type NewJob } from './operations/insert-jobs.js';
export {
  beginActionInStore,
  listActionsInStore,
  listRunningActions,
  type NewAction,
  type RunningAction,
  readActionInStore,
  stopActionInStore,
} from './operations/job-actions.js';
export type { LeaderTerm, Rescue } from './operations/leader-guard.js';
export { listJobsInStore } from './operations/list-jobs.js';
export { markJobs } from './operations/mark-jobs.js';
export { promoteDue, untilNextDue } from './operations/promote-due.js';
export { proveBeatPath } from './operations/prove-beat-path.js';
export { purgeJobsInStore } from './operations/purge-jobs.js';
export {
  type CountedState,
  foldQueueDeltas,
  type LaneFigures,
  readQueueFigures,
} from './operations/queue-figures.js';
export {
  changeQueueSettings,
  listQueueSettings,
  type QueueChange,
  type QueueSettings,
  removeQueueSettings,
} from './operations/queue-settings.js';
export { findRecorded, type HeldAttempt, readHeldAttempts, readLostAttempts } from './operations/read-attempts.js';
export { readEventsInStore } from './operations/read-events.js';
export {
  type JobStanding,
  readJobInStore,
  readResultInStore,
  readStandingInStore,
  type StoredResult,
} from './operations/read-jobs.js';
export { type LogQuery, readLogsInStore } from './operations/read-logs.js';
export {
  clearMarks,
  clearMarksOfType,
  type Lane,
  listLanes,
  type Refill,
  refillLane,
} from './operations/refill-lane.js';
export { countLiveSlots, type LiveType, registerWorkers, type WorkerRow } from './operations/register-workers.js';
export { releaseAttemptsInStore } from './operations/release-attempts.js';
export { type JobToReplay, type ReplayedJob, type ReplayRefusal, replayJobsInStore } from './operations/replay-jobs.js';
export { type RetriedAttempt, retryAttempts } from './operations/retry-attempts.js';
export { type Connectable, runTransaction } from './operations/run-transaction.js';
export { type Queryable, storableText } from './operations/statement.js';
export { closeDeadStopping, closeStopping, extendStopping } from './operations/stopping-attempts.js';
export { preparePartitions, resignLeadership, retireOldRows, takeLeadership } from './operations/take-leadership.js';
