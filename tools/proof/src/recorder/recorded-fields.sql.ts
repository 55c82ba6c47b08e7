/**
 * What the checker judges by, as a row type for each table: a row of it costs a fraction of a jsonb of the same columns, and is made one
 * when it is read. Listed, not the whole row: that would copy every payload and result.
 */
export interface RecordedRow {
  /** Of the row type, in the schema `proof`. */
  type: string;
  table: string;
  /** Copied as they are. */
  columns: string[];
  /** Others: an expression over the row `r`, with its type. */
  made: { name: string; as: string; value: (r: string) => string }[];
}

const listed = (columns: string) => columns.trim().split(/\s*,\s*/);

/** Of an error the head: stack traces are long, and the rest tells whose it is. */
const ERROR = {
  name: 'error',
  as: 'jsonb',
  value: (
    r: string,
  ) => `case when ${r}.error is not null then jsonb_build_object('class', ${r}.error->>'class', 'code', ${r}.error->>'code',
    'message', left(${r}.error->>'message', 200)) end`,
};

/** A text member of a JSON object, read without parsing all of it. */
export const memberOf = (column: string, member: string) =>
  `substring(left(${column}, 500) from '"${member}"\\s*:\\s*"([^"\\\\]*)"')`;

export const JOB: RecordedRow = {
  type: 'job_row',
  table: 'jobs',
  columns:
    listed(`id, type, queue, state, run, epoch, attempt, max_attempts, releases, retention, token, worker, machine, progress, held,
    started_at, run_at, lease_until, expires_at`),
  made: [],
};

export const HISTORY: RecordedRow = {
  type: 'history_row',
  table: 'job_history',
  columns:
    listed(`id, type, queue, state, outcome, run, epoch, attempt, max_attempts, releases, retention, token, worker, machine, started_at,
    finished_at, reason`),
  made: [
    ERROR,
    { name: 'in_file', as: 'boolean', value: (r) => `${r}.result_file is not null` },
    // Which handler run's result it is: the handlers of a proof return it.
    { name: '"runId"', as: 'text', value: (r) => memberOf(`${r}.result`, 'runId') },
  ],
};

export const EVENT: RecordedRow = {
  type: 'event_row',
  table: 'job_events',
  columns: listed('job_id, run, epoch, kind, terminal, at, worker, machine, started_at, retention, reason, actor'),
  made: [ERROR],
};

export const LINE: RecordedRow = {
  type: 'line_row',
  table: 'job_logs',
  columns: listed('job_id, run, epoch, seq, source'),
  made: [{ name: 'message', as: 'text', value: (r) => `left(${r}.message, 100)` }],
};

export const RECORDED = [JOB, HISTORY, EVENT, LINE];

/** An empty table has the row type, with the product's own types of columns. */
export const typeSql = ({ type, table, columns, made }: RecordedRow): string =>
  `create table proof.${type} as select ${[...columns, ...made.map(({ name, as }) => `null::${as} as ${name}`)].join(', ')}
   from windlass.${table} with no data`;

/** The part of the row `r` (`new` or `old`) that is recorded. */
export const rowSql = ({ type, columns, made }: RecordedRow, r: string): string =>
  `row(${[...columns.map((column) => `${r}.${column}`), ...made.map(({ value }) => value(r))].join(', ')})::proof.${type}`;
