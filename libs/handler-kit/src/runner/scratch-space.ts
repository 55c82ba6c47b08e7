import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Of runners in this process. A directory with our process id that is none of these is a predecessor's, in a container. */
const own = new Set<string>();

/** The runner's own directory. Its name tells host and process, so that the next worker can sweep what a killed one left. */
export class ScratchSpace {
  readonly path: string;
  /** TMPDIR of children that have no attempt of their own. */
  readonly tmpDir: string;
  private made = 0;
  private readonly removals = new Set<Promise<void>>();

  constructor(root: string) {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    sweep(root);
    this.path = mkdtempSync(join(root, `${prefix()}${process.pid}.`));
    own.add(this.path);
    this.tmpDir = join(this.path, 'tmp');
    mkdirSync(this.tmpDir, { mode: 0o700 });
  }

  /** A path for one attempt. The child makes the directory when it needs it. */
  next(): string {
    return join(this.path, `a${++this.made}`);
  }

  /** In the background. What cannot be removed now goes with the whole space. */
  remove(path: string): void {
    const removal: Promise<void> = rm(path, { recursive: true, force: true, maxRetries: 2 })
      .catch(() => {})
      .finally(() => this.removals.delete(removal));
    this.removals.add(removal);
  }

  async close(): Promise<void> {
    await Promise.all(this.removals);
    await rm(this.path, { recursive: true, force: true, maxRetries: 2 }).catch(() => {});
    own.delete(this.path);
  }
}

function prefix(): string {
  return `windlass-${hostname().replaceAll(/[^A-Za-z0-9-]/g, '-')}.`;
}

/** Other hosts may share the root over NFS and another container may have the same process id: only this host's dead. */
function sweep(root: string): void {
  for (const name of readdirSync(root)) {
    if (!name.startsWith(prefix())) continue;
    const pid = Number.parseInt(name.slice(prefix().length), 10);
    const path = join(root, name);
    const inUse = pid === process.pid ? own.has(path) : isAlive(pid);
    if (pid > 0 && !inUse) rmSync(path, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
