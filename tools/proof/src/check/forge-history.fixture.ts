import type { Change, Verdict } from '../history.js';
import { checkHistory } from './check-history.js';
import { LEASE_MS, type Over, START_MS, Witnesses } from './forge-witnesses.fixture.js';
import type { Row } from './row-values.js';

const iso = (ms: number) => new Date(ms).toISOString();

/**
 * Writes the history that a lawful platform would leave behind, step by step; a spec bends one thing of it, in the step or in what came
 * out. Every step takes 10 ms. `over` bends the change that a step records for the job's row.
 */
export class Forge extends Witnesses {
  private ids = 0;
  private readonly hot = new Map<string, Row>();
  private readonly payloadKeys = new Map<string, string>();

  /** Accepted; answers the job's id. */
  submit(key = `key-${this.ids + 1}`, row: Row = {}): string {
    this.advance(10);
    const id = `job-${++this.ids}`;
    const state = row.state ?? 'queued';
    const base = {
      id,
      type: 'proof',
      queue: 'proof',
      state,
      run: 1,
      epoch: 0,
      attempt: 0,
      max_attempts: 3,
      releases: 0,
      token: null,
    };
    const after = { ...base, worker: null, machine: null, lease_until: null, progress: null, held: false, ...row };
    this.hot.set(id, after);
    this.payloadKeys.set(id, key);
    this.note('jobs', 'insert', { jobId: id, after: { ...after, key } });
    this.history.final.keys.push({ tenant_id: 'acme', key, job_id: id });
    this.operation({ key, jobId: id, status: 202 });
    return id;
  }

  row(id: string): Row {
    const row = this.hot.get(id);
    if (!row) throw new Error(`${id} is not in the table`);
    return row;
  }

  /** Changes the hot row as a lawful or unlawful statement would. */
  change(id: string, to: Row, over: Over = {}): Change {
    this.advance(10);
    const before = this.row(id);
    const after = { ...before, ...to };
    this.hot.set(id, after);
    return this.note('jobs', 'update', { jobId: id, before, after, ...over });
  }

  claim(id: string, worker = 'worker-1', to: Row = {}): void {
    const { epoch, attempt } = this.row(id) as { epoch: number; attempt: number };
    const atMs = this.nowMs + 10;
    this.change(id, {
      ...{
        state: 'running',
        epoch: epoch + 1,
        attempt: attempt + 1,
        token: `${id}-token-${epoch + 1}`,
        worker,
        machine: 'machine',
      },
      ...{ started_at: iso(atMs), lease_until: iso(atMs + LEASE_MS), progress: null },
      ...to,
    });
  }

  sink(
    what: 'start' | 'end',
    id: string,
    runId: string,
    plan: string,
    over: Partial<{ attempt: number; worker: string }> = {},
  ): void {
    const { attempt, worker } = this.row(id) as { attempt: number; worker: string };
    this.history.sink.push({ what, jobId: id, attempt, runId, worker, plan, atMs: this.nowMs, ...over });
  }

  /** The handler begins, and tells its run's id in its progress and its log; answers that id. */
  start(id: string, plan = 'ok', silent = false): string {
    this.advance(10);
    const runId = `run-${++this.ids}`;
    this.sink('start', id, runId, plan);
    if (!silent) {
      this.change(id, { progress: { percent: 1, message: runId } });
      this.line(id, runId);
    }
    return runId;
  }

  line(id: string, message: string, over: Over = {}, place: Row = {}): Change {
    const { run, epoch } = this.row(id) as { run: number; epoch: number };
    const after = { job_id: id, run, epoch, seq: this.seq, source: 'handler', message, ...place };
    return this.note('job_logs', 'insert', { jobId: id, after, currentEpoch: epoch, ...over });
  }

  event(id: string, kind: string, terminal: boolean, over: Over = {}, row: Row = this.row(id)): void {
    const after = {
      job_id: id,
      run: row.run,
      epoch: row.epoch,
      kind,
      terminal,
      at: iso(this.nowMs),
      worker: row.worker,
    };
    this.note('job_events', 'insert', {
      jobId: id,
      after,
      ...(terminal ? {} : { currentEpoch: row.epoch as number }),
      ...over,
    });
    this.history.final.events.push(over.after ?? after);
  }

  /** The row goes, its history row and the terminal event come. */
  finish(id: string, state: string, { runId, outcome = state, over = {}, kept = {} }: Finish = {}): void {
    this.advance(10);
    const before = this.row(id);
    this.hot.delete(id);
    this.note('jobs', 'delete', { jobId: id, before, ...over });
    const cancelled = state === 'cancelled' ? { token: null } : {};
    const after = {
      ...before,
      ...cancelled,
      state,
      outcome,
      finished_at: iso(this.nowMs),
      in_file: false,
      runId: runId ?? null,
      ...kept,
    };
    this.event(id, state, true, { app: over.app ?? 'core-api-1' }, after);
    this.note('job_history', 'insert', { jobId: id, after, app: over.app ?? 'core-api-1' });
    this.history.final.history.push({ ...after, key: this.payloadKeys.get(id) });
    if (state === 'cancelled' && before.state === 'running') {
      const stopping = { job_id: id, run: before.run, epoch: before.epoch, worker: before.worker };
      this.note('stopping_attempts', 'insert', { jobId: id, after: stopping });
      this.note('stopping_attempts', 'delete', { jobId: id, before: stopping });
    }
  }

  artifact(id: string, row: Row, over: Over = {}): void {
    const after = { job_id: id, name: 'a.txt', ...row };
    this.note('artifacts', 'insert', { jobId: id, after, ...over });
    this.history.final.artifacts.push(after);
  }

  /** `running → queued` by the end of an attempt. */
  retry(id: string, outcome: string, over: Over = {}, bent: Row = {}): void {
    const { attempt, releases, worker, epoch, run } = this.row(id) as { attempt: number; releases: number } & Row;
    const aborted = outcome === 'aborted' ? 1 : 0;
    const to = {
      state: 'queued',
      attempt: attempt - aborted,
      releases: releases + aborted,
      token: null,
      lease_until: null,
    };
    this.change(id, { ...to, ...bent }, over);
    this.event(id, `attempt-${outcome}`, false, { app: over.app ?? 'core-api-1' }, { run, epoch, worker });
  }

  release(id: string): void {
    const { attempt, releases } = this.row(id) as { attempt: number; releases: number };
    const to = {
      state: 'queued',
      attempt: attempt - 1,
      releases: releases + 1,
      token: null,
      lease_until: null,
      started_at: null,
    };
    this.change(id, to);
  }

  /** The lease runs out, and the leader rescues it. */
  rescue(id: string, over: Over = {}): void {
    this.advance(LEASE_MS + 1_000);
    this.retry(id, 'lost', { app: 'scheduler-1', graceUntilMs: START_MS, ...over });
  }

  replay(id: string, bent: Row = {}): void {
    this.advance(10);
    const last = this.history.final.history.findLast((row) => row.id === id)!;
    const { outcome: _, finished_at: __, in_file: ___, runId: ____, key: _____, ...kept } = last;
    const fresh = {
      state: 'queued',
      run: (last.run as number) + 1,
      attempt: 0,
      releases: 0,
      token: null,
      lease_until: null,
    };
    const after = { ...kept, ...fresh, worker: null, machine: null, progress: null, started_at: null, ...bent };
    this.hot.set(id, after);
    this.note('jobs', 'insert', { jobId: id, after: { ...after, key: this.payloadKeys.get(id) } });
    this.event(id, 'replayed', false, {}, after);
    this.operation({ op: 'replay', jobId: id, status: 202 });
  }

  /** Claim, handler, success. */
  succeed(id: string, worker = 'worker-1'): string {
    this.claim(id, worker);
    const runId = this.start(id);
    this.sink('end', id, runId, 'ok');
    this.finish(id, 'succeeded', { runId });
    return runId;
  }

  /** A handler that throws, and another attempt after it. */
  failOnce(id: string, worker = 'worker-1'): string {
    this.claim(id, worker);
    const runId = this.start(id, 'fail');
    this.sink('end', id, runId, 'fail');
    this.retry(id, 'failed');
    return runId;
  }

  /** As if it had never been. */
  forget(id: string): void {
    this.hot.delete(id);
    const { final } = this.history;
    this.drop((change) => change.jobId === id);
    for (const table of ['history', 'events', 'artifacts'] as const)
      final[table] = final[table].filter((row) => row.id !== id && row.job_id !== id);
  }

  verdict(): Verdict {
    const { final } = this.history;
    final.atMs = this.nowMs;
    final.jobs = [...this.hot.entries()].map(([id, row]) => ({ ...row, key: this.payloadKeys.get(id) }));
    return checkHistory(this.history);
  }
}

interface Finish {
  runId?: string;
  outcome?: string;
  /** Bends the removal of the hot row. */
  over?: Over;
  /** Bends the history row. */
  kept?: Row;
}
