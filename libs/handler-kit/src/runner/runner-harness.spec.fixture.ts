import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AttemptInput,
  createRunner,
  type FetchedFile,
  type FileRequest,
  loadHandlers,
  type Outcome,
  type Runner,
  type RunnerOptions,
  type ToldProgress,
} from '@windlass/handler-kit/runner';

/** Specs run the built runner, with built children: what a user gets. */
const ROGUES = new URL('../../dist/runner/rogue-handlers.spec.fixture.js', import.meta.url).href;
const PATIENCE_MS = 20_000;

export interface Harness {
  runner: Runner;
  dir: string;
  outcomes: Map<string, Outcome>;
  /** Those that are nobody's have no key. */
  logs: { key: string | undefined; level: string; message: string; source: string }[];
  progress: (ToldProgress & { key: string })[];
  /** Process ids of children that have started, in order, with their use. */
  children: { pid: number; use: string }[];
  attempt(key: string, type: string, payload: unknown, more?: Partial<AttemptInput>): AttemptInput;
  /** Runs one attempt to its outcome. */
  once(type: string, payload?: unknown, more?: Partial<AttemptInput>): Promise<Outcome>;
  outcome(key: string): Promise<Outcome>;
  close(): Promise<void>;
}

export async function startHarness(
  options: Partial<RunnerOptions> & { onFile?: (request: FileRequest) => Promise<FetchedFile | undefined> } = {},
): Promise<Harness> {
  const dir = mkdtempSync(join(tmpdir(), 'windlass-runner-'));
  const outcomes = new Map<string, Outcome>();
  const logs: Harness['logs'] = [];
  const progress: Harness['progress'] = [];
  const children: Harness['children'] = [];
  const runner = createRunner({
    handlers: await loadHandlers([ROGUES], { baseDir: dir }),
    scratchRoot: join(dir, 'scratch'),
    ...options,
    events: {
      onOutcome: (key, outcome) => {
        if (outcomes.has(key)) throw new Error(`${key} has a second outcome`);
        outcomes.set(key, outcome);
      },
      onLog: (key, level, message, source) => logs.push({ key, level, message, source }),
      onProgress: (key, told) => void progress.push({ key, ...told }),
      onFileRequest: async (_key, request) => options.onFile?.(request),
      onChild: ({ kind, pid, use }) => kind === 'started' && children.push({ pid, use }),
    },
  });
  const attempt: Harness['attempt'] = (key, type, payload, more) => ({
    key,
    type,
    version: 1,
    jobId: `job-${key}`,
    attempt: 1,
    payload: JSON.stringify(payload),
    softMs: 10_000,
    hardMs: 15_000,
    ...more,
  });
  const outcome = (key: string) => until(() => outcomes.get(key), `an outcome of ${key}`);
  let made = 0;
  return {
    ...{ runner, dir, outcomes, logs, progress, children, attempt, outcome },
    once: (type, payload = {}, more = {}) => {
      const key = `${type}-${++made}`;
      runner.run([attempt(key, type, payload, more)]);
      return outcome(key);
    },
    close: async () => {
      await runner.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Waits for a state. */
export async function until<T>(look: () => T | undefined | false, what: string): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = look();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`Waited ${PATIENCE_MS} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    // A zombie awaits its parent, nothing more; in a container without an init that may be for ever.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return process.platform !== 'linux';
  }
}

/** The lines of a file that several processes append to; none if it is not there yet. */
export function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}
