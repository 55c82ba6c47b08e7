/** What a job's row takes along to its history as it is. `timeouts`, `buries`, `token` and `error` are written by whoever ends the run. */
export const KEPT_COLUMNS = `id, tenant_id, type, type_version, queue, priority, run, epoch, attempt, max_attempts, releases, retries, payload, tags,
  retention, soft_ms, hard_ms, backoff, retry_timeout, request_id, created_at, run_at, queued_at, started_at, worker, machine, progress,
  expires_at, dedupe_key, concurrency_key, concurrency_limit`;

/** The same of the row `alias`. */
export const keptColumnsOf = (alias: string): string => KEPT_COLUMNS.replace(/\b\w+\b/g, `${alias}.$&`);
