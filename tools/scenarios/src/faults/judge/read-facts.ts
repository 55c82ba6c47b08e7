import pg from 'pg';

/** What the database says of one job. */
export interface JobFact {
  id: string;
  state: string;
  /** Of the last attempt; null while it is not finished. */
  outcome: string | null;
  attempt: number;
  /** As the handler returned it. */
  runId: string | null;
  terminalEvents: number;
  /** Ends of attempts that were followed by another. */
  endedAttempts: number;
  error: { code?: string; message?: string; detail?: string } | null;
}

export interface Facts {
  jobs: ReadonlyMap<string, JobFact>;
  /** Job by idempotency key. */
  keys: ReadonlyMap<string, string>;
}

const QUERY_MS = 60_000;

const JOBS = `
with rows as (
  select id, state, null as outcome, attempt, null as result, error from windlass.jobs
  union all
  select id, state, outcome, attempt, result, error from windlass.job_history
),
events as (
  select job_id, count(*) filter (where terminal)::int as terminal,
    count(*) filter (where not terminal and kind like 'attempt-%')::int as ended
  from windlass.job_events group by job_id
)
select id, state, outcome, attempt, error, result,
  coalesce(terminal, 0) as "terminalEvents", coalesce(ended, 0) as "endedAttempts"
from rows left join events on job_id = id`;

/** As the database's owner sees them, past everything of the platform. */
export async function readFacts(url: string): Promise<Facts> {
  return withDatabase(url, async (client) => {
    const { rows } = await client.query<JobFact & { result: string | null }>(JOBS);
    const keys = await client.query<{ key: string; job_id: string }>(
      'select key, job_id from windlass.idempotency_keys',
    );
    return {
      jobs: new Map(rows.map(({ result, ...fact }) => [fact.id, { ...fact, runId: runIdOf(result) }])),
      keys: new Map(keys.rows.map((row) => [row.key, row.job_id])),
    };
  });
}

/** How many jobs are not finished. */
export async function countUnfinished(url: string): Promise<number> {
  return withDatabase(url, async (client) => {
    const { rows } = await client.query<{ n: number }>('select count(*)::int as n from windlass.jobs');
    return rows[0]?.n ?? 0;
  });
}

/** A connection of its own for one call, since servers come and go under a scenario. */
export async function withDatabase<T>(url: string, call: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, query_timeout: QUERY_MS });
  client.on('error', () => {}); // the call's own promise tells it
  await client.connect();
  try {
    return await call(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function runIdOf(result: string | null): string | null {
  if (result === null) return null;
  return (JSON.parse(result) as { runId?: string } | null)?.runId ?? null;
}
