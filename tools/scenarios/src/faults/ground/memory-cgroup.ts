import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@windlass/testing';

const V1_ROOT = '/sys/fs/cgroup/memory';
const V2_ROOT = '/sys/fs/cgroup';
const MIB = 1024 * 1024;
/** A process that was killed leaves its group once the kernel has freed its memory. */
const EMPTY_MS = 10_000;

/** Why processes cannot be bounded here; undefined: they can. */
export function whyNoMemoryCgroup(): string | undefined {
  try {
    const probe = MemoryCgroup.make(`windlass-probe-${process.pid}`, 64);
    rmdirSync(probe.path);
    return undefined;
  } catch (error) {
    return `no group with a memory limit can be made here: ${(error as Error).message.slice(0, 200)}`;
  }
}

/** A group of processes whose memory the kernel bounds, by killing: cgroup v1 or v2, as the machine has it. */
export class MemoryCgroup {
  private constructor(
    readonly path: string,
    readonly version: 1 | 2,
  ) {}

  /** @throws Error without the right to, or without such a controller */
  static make(name: string, limitMb: number): MemoryCgroup {
    if (process.platform !== 'linux') throw new Error('cgroups need Linux');
    const version = existsSync(join(V1_ROOT, 'memory.limit_in_bytes')) ? 1 : 2;
    if (version === 2) {
      // What a child group may bound, its parent must have passed on.
      writeFileSync(join(V2_ROOT, 'cgroup.subtree_control'), '+memory');
    }
    const path = join(version === 1 ? V1_ROOT : V2_ROOT, name);
    mkdirSync(path);
    const group = new MemoryCgroup(path, version);
    try {
      writeFileSync(join(path, version === 1 ? 'memory.limit_in_bytes' : 'memory.max'), String(limitMb * MIB));
      group.forbidSwap(limitMb);
    } catch (error) {
      rmdirSync(path);
      throw error;
    }
    return group;
  }

  /** What they start from now on is in it, too. */
  add(pids: readonly number[]): void {
    for (const pid of pids) {
      try {
        writeFileSync(join(this.path, 'cgroup.procs'), String(pid));
      } catch (error) {
        // Ended meanwhile.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
  }

  /** How often the kernel has killed in it for want of memory. */
  get oomKills(): number {
    const text = readFileSync(join(this.path, this.version === 1 ? 'memory.oom_control' : 'memory.events'), 'latin1');
    return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
  }

  /** Kills what is left in it and removes it. */
  async remove(): Promise<void> {
    await waitFor(
      () => {
        for (const pid of this.pids()) killIfThere(pid);
        return this.pids().length === 0;
      },
      { what: `${this.path} to be empty`, timeoutMs: EMPTY_MS },
    );
    if (existsSync(this.path)) rmdirSync(this.path);
  }

  private pids(): number[] {
    if (!existsSync(this.path)) return [];
    return readFileSync(join(this.path, 'cgroup.procs'), 'latin1').split('\n').filter(Boolean).map(Number);
  }

  /** Else what is over the limit moves to the swap, where there is one, and nobody is killed. */
  private forbidSwap(limitMb: number): void {
    const file = join(this.path, this.version === 1 ? 'memory.memsw.limit_in_bytes' : 'memory.swap.max');
    if (existsSync(file)) writeFileSync(file, this.version === 1 ? String(limitMb * MIB) : '0');
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone meanwhile.
  }
}
