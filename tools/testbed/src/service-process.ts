import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { waitFor } from '@windlass/testing';
import type { ServiceName } from './instances.js';

/** Of what a process printed, the end is kept. */
const KEPT_OUTPUT = 200_000;
/** A loaded machine takes half a minute for what takes two seconds. */
const START_MS = 120_000;
/** Longer than any orderly stop may take (SHUTDOWN_TIMEOUT_MS). */
const STOP_MS = 60_000;

/** Signals that ask for an end in order, which exits with 0. */
const ORDERLY: ReadonlySet<NodeJS.Signals> = new Set<NodeJS.Signals>(['SIGTERM', 'SIGINT']);
/** Signals that a process lives on after. */
const PASSING: ReadonlySet<NodeJS.Signals> = new Set<NodeJS.Signals>(['SIGSTOP', 'SIGCONT']);

/** Which of a service's processes a signal goes to: the service itself, its handlers' children, or all. */
export type Members = 'parent' | 'children' | 'all';

/** One service as a process of its own. */
export class ServiceProcess {
  private text = '';
  /** The signals by which it was to end. */
  private readonly asked = new Set<NodeJS.Signals>();
  /** We waited for an end in order for so long, in vain, and killed it. */
  private waitedMs: number | undefined;
  private constructor(private readonly child: ChildProcess) {}

  /** Resolves with its health URL (a gateway's own URL) once it says that it is up. Told to give up by the signal, it kills it and rejects. */
  static async start(
    service: ServiceName,
    main: string,
    env: Record<string, string>,
    signal: AbortSignal,
  ): Promise<{ process: ServiceProcess; url: string | undefined }> {
    signal.throwIfAborted();
    const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const started = new ServiceProcess(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        started.text = (started.text + chunk.toString()).slice(-KEPT_OUTPUT);
      });
    }
    try {
      const url = await waitFor(
        () => {
          if (started.ended) return 'ended';
          if (signal.aborted) return 'given up';
          const line = started.text.split('\n').find((each) => each.includes(`"${service} is up"`));
          return line ? ((JSON.parse(line) as { url?: string }).url ?? '-') : undefined;
        },
        { what: `${service} to start`, timeoutMs: START_MS },
      );
      if (url === 'ended') throw new Error(`${service} ended while starting (${started.ending})`);
      if (url === 'given up') throw new Error(`${service} was given up while starting`);
      return { process: started, url: url === '-' ? undefined : url };
    } catch (error) {
      child.kill('SIGKILL');
      const told = started.text.slice(-4_000);
      throw new Error(`${(error as Error).message}; ${service} said: ${told === '' ? 'nothing' : told}`, {
        cause: error,
      });
    }
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }
  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
  get exitCode(): number | null {
    return this.child.exitCode;
  }
  /**
   * How it ended, where that is a fault: nobody here ended it, or it was to end in order and did not. A handler that outlasts
   * its worker's drain is aborted and handed back, and the worker exits with 0: every other code says that something was cut off.
   */
  get faultyEnd(): string | undefined {
    const { ending, asked } = this;
    if (!this.ended) return undefined;
    if (this.waitedMs !== undefined)
      return `${ending}, as ${[...asked].join(', ')} did not end it within ${this.waitedMs} ms`;
    if (asked.size === 0) return ending;
    if ([...asked].some((signal) => !ORDERLY.has(signal)) || this.exitCode === 0) return undefined;
    return `${ending} after ${[...asked].join(', ')}`;
  }
  /** `exit 1` or `SIGKILL`; empty while it runs. */
  get ending(): string {
    const { exitCode, signalCode } = this.child;
    return signalCode ?? (exitCode === null ? '' : `exit ${exitCode}`);
  }
  /** What it printed, the end of it. */
  get output(): string {
    return this.text;
  }

  /** Resolves once the process is gone; what ignores the signal for `patienceMs` is killed, which `faultyEnd` tells. */
  async end(signal: NodeJS.Signals, patienceMs = STOP_MS): Promise<void> {
    if (this.ended) return;
    this.asked.add(signal);
    const gone = new Promise<void>((resolve) => this.child.once('exit', () => resolve()));
    this.child.kill(signal);
    // A stopped process takes no other signal.
    if (signal !== 'SIGKILL') this.child.kill('SIGCONT');
    const impatient = setTimeout(() => {
      this.waitedMs = patienceMs;
      this.child.kill('SIGKILL');
    }, patienceMs);
    await gone;
    clearTimeout(impatient);
  }

  /** Sends a signal to some of its processes and returns their pids. One that is gone is passed over. */
  async signal(signal: NodeJS.Signals, members: Members): Promise<number[]> {
    const children = members === 'parent' ? [] : await descendantsOf(this.pid);
    const pids = members === 'children' ? children : [this.pid, ...children];
    if (members !== 'children' && !PASSING.has(signal)) this.asked.add(signal);
    return pids.filter((pid) => {
      try {
        return process.kill(pid, signal);
      } catch {
        return false;
      }
    });
  }
}

/** Children, grandchildren …, from /proc. A handler's child has a process group of its own and is still its worker's child. */
export async function descendantsOf(pid: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    // The command's name may hold blanks: fields are counted after it.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (parent > 0) parents.set(Number(entry), parent);
  }
  const isBelow = (each: number): boolean => {
    for (let at = parents.get(each), depth = 0; at !== undefined && depth < 64; at = parents.get(at), depth += 1)
      if (at === pid) return true;
    return false;
  };
  return [...parents.keys()].filter(isBelow);
}
