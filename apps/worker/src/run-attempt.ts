import { CANCEL_GRACE_MS } from '@windlass/contracts';
import type {
  AttemptInput,
  LogLevel,
  LogSource,
  Outcome,
  RunnerEvents,
  ToldProgress,
} from '@windlass/handler-kit/runner';
import type { Beats } from './beat/beat-worker.js';
import type { Cancellations } from './cancel/hear-cancellations.js';
import { claimUntilAnswered } from './claim/claim-jobs.js';
import type { JobLane } from './claim/job-lane.js';
import { releaseUntilAnswered } from './drain/release-attempts.js';
import type { HeldAttempt, HeldAttempts } from './execute/held-attempts.js';
import type { RunnerPool } from './execute/runner-pool.js';
import type { AttemptFiles } from './execute/serve-file-request.js';
import { describeAborted, describeOutcome } from './report/describe-outcome.js';
import type { Reports } from './report/report-outcomes.js';
import type { LogShipping } from './report/ship-logs.js';
import { isLarge, type LargeResults } from './report/store-result.js';
import type { WorkerContext } from './worker-context.js';

/** A child whose attempt is another's has this long to notice; its writes are refused anyway. */
const LOST_GRACE_MS = 1_000;

export interface Stages {
  context: WorkerContext;
  held: HeldAttempts;
  runners: RunnerPool;
  files: AttemptFiles;
  beats: Beats;
  cancellations: Cancellations;
  logs: LogShipping;
  results: LargeResults;
  reports: Reports;
  /** Aborts when the worker no longer waits for core. */
  gone: AbortSignal;
}

/**
 * The story of every attempt: claim → execute → report. Attempts that are claimed together stay together, in one message
 * to the child and in one report, so that a tiny job costs no promise and no timer of its own.
 */
export class AttemptRun implements RunnerEvents {
  /** Since the signal to stop: what is granted now goes back unstarted. */
  draining = false;

  constructor(private readonly stages: () => Stages) {}

  /** Claim: core decides which of these jobs are ours, under which epoch and token. */
  async take(lane: JobLane, ids: string[], onStale: () => void): Promise<void> {
    const { context, held, gone, cancellations, beats } = this.stages();
    const { name: type, versions } = lane;
    const { beatMs } = beats;
    const free = ids.length;
    const jobs = await claimUntilAnswered(context, { type, versions, ids, free, beatMs, signal: gone, onStale });
    const claimed = held.hold(lane, jobs);
    if (claimed.length === 0) return;
    if (!this.draining) this.execute(lane, claimed);
    for (const { attempt } of claimed) if (cancellations.namedEarly(attempt)) this.cancel(attempt);
    if (this.draining) await this.giveBack(claimed.map(({ attempt }) => attempt));
  }

  /** Execute: children do the work, and can be killed. */
  private execute(lane: JobLane, claimed: ReturnType<HeldAttempts['hold']>): void {
    const { context, runners } = this.stages();
    const inputs: AttemptInput[] = claimed.map(
      ({ attempt, job: { jobId, type, version, payload, softMs, hardMs, ...job } }) => ({
        ...{ key: attempt.key, jobId, type, version, payload, softMs, hardMs },
        attempt: job.attempt,
      }),
    );
    try {
      const runner = runners.run(lane.name, inputs);
      for (const { attempt } of claimed) attempt.runner = runner;
    } catch (error) {
      context.logger.error(
        { operation: 'execute', type: lane.name, error },
        'claimed jobs cannot be run here; given back',
      );
      void this.giveBack(claimed.map(({ attempt }) => attempt));
    }
  }

  /** Report: the outcome goes to core until it has answered; the attempt is beaten until then. */
  onOutcome(key: string, outcome: Outcome): void {
    const { held, reports, results } = this.stages();
    const attempt = held.get(key);
    if (!attempt) return;
    attempt.lane.vacate();
    if (attempt.state === 'lost') {
      held.forget(attempt);
      return;
    }
    attempt.state = 'ended';
    const report = describeOutcome(attempt, outcome);
    if (!isLarge(report)) reports.add(attempt, report);
    else if (attempt.cancelled) reports.add(attempt, describeAborted(attempt));
    else
      results.store(attempt, report, (stored) => {
        // Unless it was lost meanwhile.
        if (attempt.state === 'ended') reports.add(attempt, stored);
      });
  }

  /**
   * Cancelled: core has ended the job. The child may obey for a moment and is then killed; until it is dead the attempt holds its slot
   * and is beaten, since whatever else waits for the job's end waits for that. Its report only closes it.
   */
  cancel(attempt: HeldAttempt): void {
    const { context, runners } = this.stages();
    attempt.cancelled = true;
    if (attempt.state !== 'running') return;
    const { jobId, requestId, epoch, runner, key } = attempt;
    attempt.state = 'stopping';
    context.logger.info({ operation: 'cancel', jobId, requestId, epoch }, 'the job was cancelled: its child is ended');
    runners.cancel(runner, key, CANCEL_GRACE_MS, 'cancelled');
  }

  /** Fenced: the attempt is another's. Its child dies, nothing is reported. */
  lose(attempt: HeldAttempt): void {
    const { context, held, runners, reports, logs } = this.stages();
    const { jobId, requestId, epoch, key, runner } = attempt;
    const ended = attempt.state === 'ended';
    attempt.state = 'lost';
    attempt.logsRefused = true;
    logs.drop(attempt);
    if (!ended) {
      context.logger.warn(
        { operation: 'beat', jobId, requestId, epoch },
        'the attempt is no longer ours: its child is ended',
      );
      runners.cancel(runner, key, LOST_GRACE_MS, 'lease-lost');
    } else {
      reports.drop(attempt);
      held.forget(attempt);
    }
  }

  /** Not started: core may give it to another at once, and it does not count as an attempt. */
  async giveBack(attempts: HeldAttempt[]): Promise<void> {
    const { context, held, reports, gone } = this.stages();
    for (const attempt of attempts) {
      attempt.state = 'ended';
      attempt.lane.vacate();
      // Nothing to give back: its job has ended, and only a report closes the attempt.
      if (attempt.cancelled) reports.add(attempt, describeAborted(attempt));
    }
    const unstarted = attempts.filter((attempt) => !attempt.cancelled);
    await releaseUntilAnswered(context, unstarted, gone);
    for (const attempt of unstarted) held.forget(attempt);
  }

  onProgress(key: string, progress: ToldProgress): void {
    const { held, beats } = this.stages();
    const attempt = held.get(key);
    if (attempt?.state === 'running') beats.progress(attempt, progress);
  }

  /** Lines go to core, where the job's reader finds them. What cannot be held to an attempt is for the operator. */
  onLog(key: string | undefined, level: LogLevel, message: string, source: LogSource): void {
    const { context, held, logs } = this.stages();
    const attempt = key === undefined ? undefined : held.get(key);
    if (!attempt) {
      context.logger[level]({ operation: 'execute', source }, message);
      return;
    }
    const { jobId, requestId } = attempt;
    context.logger.debug({ operation: 'execute', jobId, requestId, source, level }, message);
    logs.add(attempt, level, source, message);
  }

  async onFileRequest(...[key, request, signal]: Parameters<RunnerEvents['onFileRequest']>) {
    const { held, files } = this.stages();
    const attempt = held.get(key);
    if (attempt?.state !== 'running') throw new Error('The attempt has ended.');
    return files.serve(attempt, request, signal);
  }
}
