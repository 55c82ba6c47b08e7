import type { Job, JobState } from '@windlass/client';

/** One job of the demo, before it is submitted. */
export interface DemoTask {
  type: 'hash' | 'conversion.cad';
  /** What the user sees: the payload of a hash job, the path of a file. */
  input: string;
  /** Of a hash job. */
  payload?: unknown;
  /** Of a conversion. */
  path?: string;
}

/** What became of it. */
export interface DemoOutcome {
  task: DemoTask;
  /** Absent when it was never accepted. */
  id?: string;
  state: JobState;
  attempts: number;
  durationMs: number;
  error?: { code?: string; message: string };
  result?: Record<string, unknown>;
  /** Paths below the working directory. */
  artifacts: string[];
}

export function outcomeOf(task: DemoTask, job: Job, durationMs: number): DemoOutcome {
  const { id, state, attempt, error } = job;
  const told = error && { ...(error.code === undefined ? {} : { code: error.code }), message: error.message };
  return { task, id, state, attempts: attempt, durationMs, artifacts: [], ...(told ? { error: told } : {}) };
}

/** It never became a finished job: the file is missing, the upload was refused, the wait ran out. */
export function lostOutcome(task: DemoTask, error: unknown, id?: string): DemoOutcome {
  const code = (error as { code?: unknown }).code;
  const message = error instanceof Error ? error.message : String(error);
  return {
    ...{ task, state: 'failed' as const, attempts: 0, durationMs: 0, artifacts: [] },
    ...(id === undefined ? {} : { id }),
    error: { ...(typeof code === 'string' ? { code } : {}), message },
  };
}
