import type { ArtifactEntry, AttemptRef, ClaimedJob, Progress } from '@windlass/contracts';
import type { JobLane } from '../claim/job-lane.js';

/**
 * An attempt from the answer to its claim to the answer to its report.
 * `running`: it occupies a slot and is beaten. `stopping`: its job was cancelled and its child is about to die; as running else.
 * `ended`: its report or its release waits for core; still beaten, or the rescue would run it again.
 * `lost`: core says that it is another's; only its child's death is awaited.
 */
export interface HeldAttempt extends AttemptRef {
  /** Unlike the job's id unique: a worker may get a job again while its old child still dies. */
  key: string;
  state: 'running' | 'stopping' | 'ended' | 'lost';
  /** Its job was: core has written the end, and answers the report with `fenced`. */
  cancelled: boolean;
  lane: JobLane;
  version: number;
  tenantId: string;
  requestId: string | undefined;
  hardMs: number;
  /** Which runner has it. */
  runner: number;
  /** The latest that the handler told. */
  progress: Progress | undefined;
  artifacts: Map<string, ArtifactEntry> | undefined;
  /** The number of the latest. */
  logLines: number;
  /** Core takes none of it any more. */
  logsRefused: boolean;
}

/** The most attempts held at a time, over all types. One beat can name 10,000: claims under way may still add some. */
const MAX_HELD = 8_000;

/** Every attempt that this worker answers for. */
export class HeldAttempts {
  private readonly byKey = new Map<string, HeldAttempt>();

  get count(): number {
    return this.byKey.size;
  }
  get room(): number {
    return MAX_HELD - this.byKey.size;
  }

  /** Those that are new here, one for each job in the same order. A repeated answer may name what is already held. */
  hold(lane: JobLane, jobs: readonly ClaimedJob[]): { attempt: HeldAttempt; job: ClaimedJob }[] {
    const held: { attempt: HeldAttempt; job: ClaimedJob }[] = [];
    for (const job of jobs) {
      const key = keyOf(job);
      if (this.byKey.has(key)) continue;
      const attempt: HeldAttempt = {
        key,
        jobId: job.jobId,
        run: job.run,
        epoch: job.epoch,
        token: job.token,
        state: 'running',
        cancelled: false,
        lane,
        version: job.version,
        tenantId: job.tenantId,
        requestId: job.requestId,
        hardMs: job.hardMs,
        runner: 0,
        progress: undefined,
        artifacts: undefined,
        logLines: 0,
        logsRefused: false,
      };
      this.byKey.set(key, attempt);
      held.push({ attempt, job });
    }
    lane.occupy(held.length);
    return held;
  }

  get(key: string): HeldAttempt | undefined {
    return this.byKey.get(key);
  }

  has(attempt: HeldAttempt): boolean {
    return this.byKey.get(attempt.key) === attempt;
  }

  forget(attempt: HeldAttempt): void {
    this.byKey.delete(attempt.key);
  }

  /** Those whose lease must go on. */
  living(): HeldAttempt[] {
    const living: HeldAttempt[] = [];
    for (const attempt of this.byKey.values()) if (attempt.state !== 'lost') living.push(attempt);
    return living;
  }

  running(): HeldAttempt[] {
    return [...this.byKey.values()].filter((attempt) => attempt.state === 'running');
  }

  /** With those that are cancelled or lost but whose child is not dead yet. */
  get busy(): boolean {
    for (const attempt of this.byKey.values()) if (attempt.state !== 'ended') return true;
    return false;
  }
}

export const keyOf = ({ jobId, run, epoch }: Omit<AttemptRef, 'token'>): string => `${jobId}/${run}/${epoch}`;
export const refOf = ({ jobId, run, epoch, token }: HeldAttempt): AttemptRef => ({ jobId, run, epoch, token });
