import type { JobState, LogLevel } from '@windlass/contracts';
import { isTerminal } from '@windlass/lifecycle';
import type { Database } from '@windlass/store';

/** What a spec says about a row; the rest is that of a plain `echo` job of tenant `acme`. Times are SQL expressions. */
export interface RowOver {
  id: string;
  tenantId?: string;
  state?: JobState;
  type?: string;
  version?: number;
  queue?: string;
  priority?: number;
  run?: number;
  epoch?: number;
  attempt?: number;
  tags?: string[];
  retention?: string;
  hardMs?: number;
  startedAt?: string;
  runAt?: string;
  createdAt?: string;
  held?: boolean;
  dedupeKey?: string;
  concurrency?: { key: string; limit: number };
  outcome?: string;
  resultFile?: object;
  reason?: string;
}

/** A row of the hot table or of the history, whichever the state belongs to. */
export async function storeJob(db: Pick<Database, 'engine'>, over: RowOver): Promise<string> {
  const { state = 'queued', type = 'echo' } = over;
  const columns: [name: string, value: unknown, expression?: string][] = [
    ['id', over.id],
    ['tenant_id', over.tenantId ?? 'acme'],
    ['type', type],
    ['type_version', over.version ?? 1],
    ['queue', over.queue ?? type],
    ['state', state],
    ['priority', over.priority ?? 3],
    ['run', over.run ?? 1],
    ['epoch', over.epoch ?? 0],
    ['attempt', over.attempt ?? 0],
    ['max_attempts', 3],
    ['releases', 0],
    ['timeouts', 0],
    ['payload', '{}'],
    ['tags', over.tags ?? []],
    ['retention', over.retention ?? 'standard'],
    ['soft_ms', 1_000],
    ['hard_ms', over.hardMs ?? 60_000],
    ['backoff', JSON.stringify({ kind: 'fixed', delayMs: 0 })],
    ['retry_timeout', false],
    ['created_at', undefined, over.createdAt ?? 'windlass_now()'],
    ['queued_at', undefined, 'windlass_now()'],
    ['run_at', undefined, over.runAt ?? 'null'],
    ['started_at', undefined, over.startedAt ?? 'null'],
    ['dedupe_key', over.dedupeKey ?? null],
    ['concurrency_key', over.concurrency?.key ?? null],
    ['concurrency_limit', over.concurrency?.limit ?? null],
  ];
  if (isTerminal(state))
    columns.push(
      ['finished_at', undefined, 'windlass_now()'],
      ['outcome', over.outcome ?? state],
      ['result_file', over.resultFile ? JSON.stringify(over.resultFile) : null],
      ['reason', over.reason ?? null],
    );
  else
    columns.push(
      ['held', over.held ?? false],
      ['token', undefined, state === 'running' ? 'gen_random_uuid()' : 'null'],
      ['lease_until', undefined, state === 'running' ? `windlass_now() + interval '1 hour'` : 'null'],
    );
  const values = columns.filter(([, , expression]) => expression === undefined).map(([, value]) => value);
  let place = 0;
  const places = columns.map(([, , expression]) => expression ?? `$${++place}`);
  await db.engine.query(
    `insert into ${isTerminal(state) ? 'job_history' : 'jobs'} (${columns.map(([name]) => name)}) values (${places})`,
    values,
  );
  return over.id;
}

export interface LineOver {
  run?: number;
  epoch: number;
  seq: number;
  level?: LogLevel;
  message?: string;
}

/** Lines of a job's log. */
export async function storeLines(
  db: Pick<Database, 'engine'>,
  job: { id: string; tenantId?: string; retention?: string },
  lines: LineOver[],
): Promise<void> {
  await db.engine.query(
    `insert into job_logs (retention, tenant_id, job_id, run, epoch, seq, at, level, source, message)
     select $1, $2, $3, i.run, i.epoch, i.seq, windlass_now(), i.level, 'handler', i.message
     from unnest($4::int[], $5::int[], $6::int[], $7::text[], $8::text[]) as i(run, epoch, seq, level, message)`,
    [
      job.retention ?? 'standard',
      job.tenantId ?? 'acme',
      job.id,
      lines.map((each) => each.run ?? 1),
      lines.map((each) => each.epoch),
      lines.map((each) => each.seq),
      lines.map((each) => each.level ?? 'info'),
      lines.map((each) => each.message ?? `line ${each.epoch}.${each.seq}`),
    ],
  );
}

/** A worker that beats now, with these slots. */
export async function storeWorker(
  db: Pick<Database, 'engine'>,
  types: { type: string; version: number; slots: number }[],
  over: { draining?: boolean; beatAt?: string } = {},
): Promise<void> {
  await db.engine.query(
    `insert into workers (incarnation, name, host, pid, version, draining, types, started_at, beat_at)
     values (gen_random_uuid(), 'w', 'h', 1, '1', $1, $2, windlass_now(), ${over.beatAt ?? 'windlass_now()'})`,
    [over.draining ?? false, JSON.stringify(types.map((each) => ({ ...each, busy: 0 })))],
  );
}

/** An attempt of a cancelled job that has not ended. */
export async function storeStopping(
  db: Pick<Database, 'engine'>,
  over: { id: string; tenantId?: string; run?: number; epoch?: number; queue?: string; key?: string },
): Promise<void> {
  await db.engine.query(
    `insert into stopping_attempts (job_id, run, epoch, token, tenant_id, type, queue, concurrency_key, retention, lease_until)
     values ($1, $2, $3, gen_random_uuid(), $4, 'echo', $5, $6, 'standard', windlass_now() + interval '1 hour')`,
    [over.id, over.run ?? 1, over.epoch ?? 1, over.tenantId ?? 'acme', over.queue ?? 'echo', over.key ?? null],
  );
}
