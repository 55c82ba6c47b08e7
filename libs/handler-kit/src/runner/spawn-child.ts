import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { ToChild } from '../ipc-messages.js';
import { type JournalContent, readJournal } from '../journal.js';
import type { ChildGuard } from './child-guard.js';

const CHILD_MAIN = fileURLToPath(new URL('../child/child-main.js', import.meta.url));
/** For output and messages of a dead child to be read; only a descendant that left the group can hold its pipes open. */
const CLOSE_WAIT_MS = 500;

export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A child process with its group, channel and journal; knows nothing of jobs. */
export class HandlerChild {
  readonly pid: number;
  /** Resolves once the whole group is dead and everything it sent has been read. */
  readonly ended: Promise<ChildExit>;
  private exited = false;

  private constructor(
    private readonly child: ChildProcess,
    private readonly journalFd: number,
    readonly memoryMb: number | undefined,
    guard: ChildGuard,
  ) {
    this.pid = child.pid!;
    guard.add(this.pid);
    this.ended = this.watch(guard);
  }

  get stdout(): Readable {
    return this.child.stdout!;
  }
  get stderr(): Readable {
    return this.child.stderr!;
  }
  get alive(): boolean {
    return !this.exited;
  }

  /** @throws Error if the system has no process left to give */
  static spawn(options: {
    guard: ChildGuard;
    directory: string;
    env: Record<string, string>;
    memoryMb: number | undefined;
  }): HandlerChild {
    const journalPath = join(options.directory, `journal-${process.hrtime.bigint()}`);
    const journalFd = openSync(journalPath, 'wx+', 0o600);
    unlinkSync(journalPath);
    const flags = options.memoryMb === undefined ? [] : [`--max-old-space-size=${options.memoryMb}`];
    const child = spawn(process.execPath, [...flags, CHILD_MAIN], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', journalFd],
      env: options.env,
      cwd: options.directory,
    });
    child.on('error', () => {}); // a failed start has no pid; a failed kill or send means it is dead already
    if (child.pid === undefined) {
      closeSync(journalFd);
      throw new Error('No child process could be started: the limit of processes or of memory is reached.');
    }
    return new HandlerChild(child, journalFd, options.memoryMb, options.guard);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.child.on('message', listener);
  }

  send(message: ToChild): void {
    if (this.child.connected) this.child.send(message, () => {});
  }

  readJournal(): JournalContent {
    return readJournal(this.journalFd);
  }

  /** SIGKILL for the child and whatever it started within its group. */
  kill(): void {
    if (!this.exited) this.killGroup();
  }

  private killGroup(): void {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      this.child.kill('SIGKILL'); // no groups on this platform, or dead already
    }
  }

  /** After this nothing of the child may be used. */
  dispose(): void {
    closeSync(this.journalFd);
  }

  private watch(guard: ChildGuard): Promise<ChildExit> {
    return new Promise((resolve) => {
      this.child.once('exit', (code, signal) => {
        this.exited = true;
        // Grandchildren outlive a child that exits by itself. Its number cannot be another's yet: they hold the group,
        // and an empty group's number comes round only after all others.
        this.killGroup();
        guard.remove(this.pid);
        const done = () => {
          clearTimeout(timer);
          resolve({ code, signal });
        };
        const timer = setTimeout(done, CLOSE_WAIT_MS);
        this.child.once('close', done);
      });
    });
  }
}
