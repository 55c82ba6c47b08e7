import { createInProcessHub } from '@windlass/broker';
import { systemRuntime } from '@windlass/clock';
import { type ActionFilter, type ActionKind, attemptCancelled, dispatchJobs, TOPIC } from '@windlass/contracts';
import { Dispatcher } from '@windlass/dispatch';
import { createLogger } from '@windlass/service-kit';
import {
  beginActionInStore,
  connectDatabase,
  type Database,
  type LeaderTerm,
  listRunningActions,
  migrate,
  type RunningAction,
  runTransaction,
  takeLeadership,
} from '@windlass/store';
import { freshDatabase } from '@windlass/testing';
import type { ActionPorts } from './action-ports.js';
import { ActionWheel } from './work-actions.js';

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';
/** Values of a plain job's row, and their columns. */
export const PLAIN = `'acme' as tenant_id, 'echo' as type, 1 as type_version, 'echo' as queue, 3 as priority, 1 as run, 1 as epoch, 1 as attempt,
  3 as max_attempts, 0 as releases, 0 as timeouts, '{}' as payload, '{}'::text[] as tags, 'standard' as retention, 1000 as soft_ms,
  2000 as hard_ms, '{"kind":"fixed","delayMs":0}'::jsonb as backoff, false as retry_timeout, windlass_now() as created_at`;
export const COLUMNS = PLAIN.split(/,\s+(?=\S+ as )/).map((each) => each.split(' as ')[1]?.trim());

export type ActionHarness = Awaited<ReturnType<typeof openActions>>;

/** Bulk actions on a database of their own, with a broker in this process and a leader. */
export async function openActions() {
  const database = await freshDatabase();
  await migrate(database.urls);
  const db = await connectDatabase({ ...database.urls, applicationName: 'test' });
  const broker = createInProcessHub().connect();
  // What goes wrong in these specs goes wrong on purpose.
  const logger = createLogger({ service: 'scheduler', level: 'fatal', format: 'json', machine: 'test' });
  const dispatcher = new Dispatcher({
    db,
    broker,
    runtime: systemRuntime,
    liveSlots: () => 1_000,
    liveVersions: () => undefined,
    isTiny: () => true,
    onError: () => {},
  });
  const ports: ActionPorts = { db, broker, dispatcher, logger };
  const handedOver = new Set<string>();
  const stopped = new Set<string>();
  await broker.declareQueue('echo');
  await broker.consume('echo', { prefetch: 1_000 }, (delivery) => {
    for (const id of dispatchJobs.decode(delivery.body).ids) handedOver.add(id);
    delivery.ack();
  });
  await broker.listen(TOPIC.attemptCancelled, (body) => {
    for (const each of attemptCancelled.decode(body).items) stopped.add(each.jobId);
  });
  const clean = async () => {
    for (const table of ['jobs', 'job_history', 'stopping_attempts']) await db.engine.query(`delete from ${table}`);
    await db.engine.query(`update job_actions set state = 'stopped' where state = 'running'`);
  };
  const close = async () => {
    dispatcher.close();
    await broker.close();
    await db.close();
    await database.drop();
  };
  const urls = { urls: database.urls, ownerUrl: database.url };
  return { db, ports, ...urls, handedOver, stopped, ...stepsOf(ports), store: storing(db), clean, close };
}

/** What a spec does with actions. */
function stepsOf(ports: ActionPorts) {
  const { db } = ports;
  const lead = async (holder: string) => {
    await db.engine.query('update leaders set expires_at = windlass_now()');
    const taken = await takeLeadership(db.beats, 'scheduler', holder, 60_000);
    if (!taken) throw new Error('nobody leads');
    return taken;
  };
  const begin = async (action: ActionKind, filter: ActionFilter, maxJobs = 10_000, tenantId = 'acme') => {
    const id = systemRuntime.uuid();
    const made = { id, tenantId, actor: 'ann', action, filter, maxJobs, auditId: systemRuntime.uuid() };
    await runTransaction(db.engine, 1_000, (tx) => beginActionInStore(tx, made, 100));
    return id;
  };
  const read = async (id: string) => {
    const found = await db.engine.query('select state, matched, changed from job_actions where id = $1', [id]);
    return found.rows[0] as { state: string; matched: number; changed: number };
  };
  const running = async (id: string) =>
    (await listRunningActions(db.engine, BEFORE_ALL, 100)).find((each) => each.id === id) as RunningAction;
  /** Turns a wheel until nothing is left to do, or `turns` times. */
  const turn = async (leader: LeaderTerm, turns = 1_000) => {
    const wheel = new ActionWheel(ports);
    for (let n = 0; n < turns && (await wheel.turn(leader)) === 0; n += 1);
  };
  const count = async (sql: string, values: unknown[] = []) =>
    Number((await db.engine.query(`select count(*) as n from ${sql}`, values)).rows[0]?.n);
  return { lead, begin, read, running, turn, count };
}

/** `count` jobs made one after another; `over` are SQL expressions of `n`, from 1. */
const storing =
  (db: Database) =>
  async (table: 'jobs' | 'job_history', count: number, over: Record<string, string> = {}) => {
    const ended = table === 'job_history';
    const rest: Record<string, string> = ended
      ? { state: `'failed'`, outcome: `'failed'`, finished_at: 'windlass_now()' }
      : { state: `'queued'`, held: 'false' };
    const columns = { ...rest, ...over };
    const ids = Array.from({ length: count }, () => systemRuntime.uuid());
    const plain = COLUMNS.filter((name) => name !== undefined && !(name in columns));
    await db.engine.query(
      `insert into ${table} (id, ${[...plain, ...Object.keys(columns)]}) select i.id, ${[...plain.map((name) => `p.${name}`), ...Object.values(columns)]}
     from unnest($1::uuid[]) with ordinality as i(id, n), (select ${PLAIN}) p`,
      [ids],
    );
    return ids;
  };
