import type { ClaimedJob, ClaimJobs } from '@windlass/contracts';
import { claimText } from './claim-text.js';
import { type Connectable, runTransaction } from './run-transaction.js';
import { type Queryable, runStatement } from './statement.js';

const OPEN = claimText(false);
const LIMITED = claimText(true);

interface Row {
  id: string;
  run: number;
  epoch: number;
  /** Null: not granted here, and `type` says what it is: see claim-text.ts. */
  token: string | null;
  attempt: number;
  tenant_id: string;
  type: string;
  type_version: number;
  payload: string;
  soft_ms: number;
  hard_ms: number;
  request_id: string | null;
  queue: string;
}

/** Payloads of one request's answer. Escaped once more they may double; the broker's bound for a message is 16 MiB. */
const MAX_PAYLOAD_BYTES = 4 * 1_048_576;
/** A job that came to a worker without its version is handed over again after this long: at once, the two would pass it to and fro. */
const ASTRAY_MS = 1_000;
/** The rows of queues are locked for one claim, some ms. Past this a core has stopped in the middle of one, and others wait no longer. */
const LOCK_TIMEOUT_MS = 1_000;
/**
 * A claim waits for no row. What another refill or an admission has locked at this very moment is asked for again at once: its message
 * is spent, and its mark would keep it from the next one for a minute.
 */
const TRIES = 2;

const LOCK_NOT_AVAILABLE = '55P03';
/** Waits for no row either: what another transaction has locked is in its hands. */
const GIVE_BACK = `
update jobs j set dispatch_until = null where j.id = any(array(
  select w.id from jobs w where w.id = any($1::uuid[]) and (w.state || '') = 'queued' order by w.id for update skip locked))`;

type Claims = Map<string, ClaimedJob[]>;
/** By token: the queues of the jobs that a request named and that were still there, granted or not. */
export type ClaimQueues = Map<string, Set<string>>;

/**
 * Claims of one flush: `queued → running`, epoch + 1, a lease on the database's clock; what is over a request's free slots, over what
 * one answer can carry or in a paused queue loses its mark. A job past its time to live is not granted. A request repeated with its
 * token gets the rows that it holds, whoever else names them. A queued id that two requests name goes to the first. Answers keep the
 * order of the request.
 *
 * One transaction; jobs of queues with a limit take a second one, which counts under a lock what runs there. Where that lock does not
 * come, they lose their mark and the rest is granted all the same.
 * @param queues takes up the queues of each request's jobs: there is room now, or something was given back there.
 */
export async function claimJobsInStore(
  db: Queryable & Connectable,
  requests: ClaimJobs[],
  leaseMs: number,
  queues?: ClaimQueues,
): Promise<Claims> {
  const { claims: open, limited } = await claimOpenJobs(db, requests, leaseMs, queues);
  const claims = limited.length > 0 ? await claimLimitedJobs(db, requests, limited, open, leaseMs) : open;
  for (const request of requests) sortAsAsked(claims.get(request.token) ?? [], request.ids);
  return claims;
}

/** A pack lists its jobs by priority: that is the order in which a worker starts them. */
function sortAsAsked(jobs: ClaimedJob[], ids: string[]): void {
  if (jobs.length < 2) return;
  const places = new Map(ids.map((id, place) => [id, place]));
  jobs.sort((a, b) => (places.get(a.jobId) ?? 0) - (places.get(b.jobId) ?? 0));
}

/** The part of a claim that is one statement, in the usual case. `limited`: ids of the jobs that it leaves to the other part. */
export async function claimOpenJobs(
  db: Queryable,
  requests: ClaimJobs[],
  leaseMs: number,
  queues?: ClaimQueues,
): Promise<{ claims: Claims; limited: string[] }> {
  const claims: Claims = new Map(requests.map((each) => [each.token, []]));
  const limited: string[] = [];
  const ids = requests.flatMap((request) => request.ids);
  await grantTwice(ids, claims, async (left) => {
    const rows = await grant(db, OPEN, 'claim-jobs', stillAsked(requests, left, claims), leaseMs);
    for (const row of rows) if (row.token === null && row.type === 'limited') limited.push(row.id);
    if (queues) noteQueues(queues, requests, rows);
    return rows;
  });
  return { claims, limited };
}

/** Adds to `open` what may run in queues with a limit, and answers both. */
async function claimLimitedJobs(
  db: Queryable & Connectable,
  requests: ClaimJobs[],
  ids: string[],
  open: Claims,
  leaseMs: number,
): Promise<Claims> {
  try {
    return await runTransaction(db, LOCK_TIMEOUT_MS, async (tx) => {
      const claims: Claims = new Map([...open].map(([token, jobs]) => [token, [...jobs]]));
      await lockQueues(tx, ids);
      await grantTwice(ids, claims, (left) =>
        grant(tx, LIMITED, 'claim-limited-jobs', stillAsked(requests, left, claims), leaseMs),
      );
      return claims;
    });
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== LOCK_NOT_AVAILABLE) throw error;
    await runStatement(db, 'give-back-limited', GIVE_BACK, [ids]);
    return open;
  }
}

/** Grants what it can of `ids`; those that the first round met locked get another. */
async function grantTwice(ids: string[], claims: Claims, round: (left: Set<string>) => Promise<Row[]>): Promise<void> {
  const left = new Set(ids);
  for (let attempt = 0; attempt < TRIES && left.size > 0; attempt += 1) {
    for (const row of await round(left)) {
      left.delete(row.id);
      addTo(claims, row);
    }
  }
}

type Budgeted = ClaimJobs & { budget: number };

async function grant(db: Queryable, text: string, name: string, requests: Budgeted[], leaseMs: number): Promise<Row[]> {
  const askedBy = new Map<string, number>();
  for (const [index, request] of requests.entries()) {
    for (const id of request.ids) if (!askedBy.has(id)) askedBy.set(id, index + 1);
  }
  return runStatement<Row>(db, name, text, [
    [...askedBy.keys()],
    [...askedBy.values()],
    requests.map((each) => each.token),
    requests.map((each) => each.worker),
    requests.map((each) => each.incarnation),
    requests.map((each) => each.free),
    requests.map((each) => each.versions.join(',')),
    requests.map((each) => each.type),
    requests.map((each) => each.machine ?? null),
    requests.map((each) => each.budget),
    leaseMs,
    ASTRAY_MS,
    MAX_PAYLOAD_BYTES,
  ]);
}

/** What the requests ask for among these ids, within the slots and bytes that are left to them. */
function stillAsked(requests: ClaimJobs[], wanted: Set<string>, claims: Claims): Budgeted[] {
  return requests.map((request) => {
    const granted = claims.get(request.token) ?? [];
    const bytes = granted.reduce((sum, job) => sum + Buffer.byteLength(job.payload), 0);
    return {
      ...request,
      ids: request.ids.filter((id) => wanted.has(id)),
      free: Math.max(0, request.free - granted.length),
      budget: MAX_PAYLOAD_BYTES - bytes,
    };
  });
}

/** In a statement of its own: the count after it must see what the claim before has committed. */
async function lockQueues(tx: Queryable, ids: string[]): Promise<void> {
  await runStatement(
    tx,
    'lock-queues',
    `select q.name from queues q where q.name = any(array(select j.queue from jobs j where j.id = any($1::uuid[])))
     order by q.name for update`,
    [ids],
  );
}

/** What another request of the flush got is noted for that one only; what nobody got, for each that named it. */
function noteQueues(queues: ClaimQueues, requests: ClaimJobs[], rows: Row[]): void {
  const left = new Map<string, string>();
  const note = (token: string, queue: string) => {
    const known = queues.get(token);
    if (known) known.add(queue);
    else queues.set(token, new Set([queue]));
  };
  for (const { id, token, queue } of rows) {
    if (token === null) left.set(id, queue);
    else note(token, queue);
  }
  if (left.size === 0) return;
  for (const { token, ids } of requests) {
    for (const id of ids) {
      const queue = left.get(id);
      if (queue !== undefined) note(token, queue);
    }
  }
}

function addTo(claims: Claims, row: Row): void {
  if (row.token !== null) claims.get(row.token)?.push(asClaimed(row, row.token));
}

function asClaimed(row: Row, token: string): ClaimedJob {
  return {
    jobId: row.id,
    run: row.run,
    epoch: row.epoch,
    token,
    attempt: row.attempt,
    tenantId: row.tenant_id,
    type: row.type,
    version: row.type_version,
    payload: row.payload,
    softMs: row.soft_ms,
    hardMs: row.hard_ms,
    ...(row.request_id === null ? {} : { requestId: row.request_id }),
  };
}
