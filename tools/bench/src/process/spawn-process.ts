import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { cleanEnvironment } from '../bench.config.js';
import { processTree } from './read-processes.js';

export interface SpawnOptions {
  /** What it is in its system: `http`, `core`, `scheduler`, `worker`. */
  role: string;
  /** File of the program, and Node's own options before it. */
  file: string;
  nodeOptions?: string[];
  env: Record<string, string>;
  /** Also where the log goes. Not the checkout: services read `.env` files of their working directory. */
  directory: string;
  /** With a channel for messages. */
  ipc?: boolean;
}

/** An orderly end may wait for jobs and connections. */
const STOP_MS = 35_000;
/** On a loaded machine; the usual start takes two seconds. */
const START_MS = 60_000;
const LOG_TAIL_BYTES = 4_000;

/** A process of a measured system. Whatever is left of it when this process ends is killed. */
export class SpawnedProcess {
  readonly role: string;
  readonly child: ChildProcess;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  private readonly logFile: string;

  constructor(options: SpawnOptions) {
    this.role = options.role;
    this.logFile = `${options.directory}/${options.role}.log`;
    const log = openSync(this.logFile, 'a', 0o600);
    this.child = spawn(process.execPath, [...(options.nodeOptions ?? []), options.file], {
      cwd: options.directory,
      env: cleanEnvironment(options.env),
      stdio: ['ignore', log, log, ...(options.ipc ? (['ipc'] as const) : [])],
    });
    closeSync(log);
    living.add(this);
    this.ended = new Promise((resolve) => {
      const end = () => {
        living.delete(this);
        resolve();
      };
      this.child.once('exit', end).once('error', end);
    });
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  get isRunning(): boolean {
    return living.has(this);
  }

  /** The end of what it printed, for an error message. */
  logTail(): string {
    return readFileSync(this.logFile, 'utf8').slice(-LOG_TAIL_BYTES);
  }

  /** SIGTERM, and SIGKILL for it and its children when that is not heard. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.kill(), STOP_MS);
    await this.ended;
    clearTimeout(timer);
  }

  kill(): void {
    if (!this.isRunning) return;
    for (const pid of processTree([this.pid])) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone already.
      }
    }
  }
}

/** Waits until `probe` is true; one that throws says "not yet". Throws with the log's end when one of the processes ends before. */
export async function untilTrue(
  processes: readonly SpawnedProcess[],
  what: string,
  probe: () => Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + START_MS;
  while (!(await probe().catch(() => false))) {
    const ended = processes.find((each) => !each.isRunning);
    if (ended) throw new Error(`${ended.role} ended before ${what}. Its log ends with:\n${ended.logTail()}`);
    if (performance.now() > deadline) {
      const logs = processes.map((each) => `${each.role}:\n${each.logTail()}`).join('\n');
      throw new Error(`no ${what} within ${START_MS} ms. The logs end with:\n${logs}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const living = new Set<SpawnedProcess>();
process.on('exit', killSpawned);

/** Ends every process that was spawned here, at once. A measure under way fails by that, and clears up. */
export function killSpawned(): void {
  for (const each of living) each.kill();
}
