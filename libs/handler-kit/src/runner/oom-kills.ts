import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Tells a SIGKILL of the kernel for want of memory from any other, where children die by the limit of their container or service:
 * cgroup v2 counts such kills. Workers share the count with their children, so each rise explains one death.
 */
export class OomKills {
  private seen: number;

  /** @param root of the file system: another one in specs */
  constructor(private readonly root = '/') {
    this.seen = this.count() ?? 0;
  }

  /** Whether the kernel has killed one more since. Called for each child that died by a SIGKILL that was not ours. */
  explainsOne(): boolean {
    const count = this.count() ?? 0;
    if (count <= this.seen) return false;
    this.seen += 1;
    return true;
  }

  /** undefined: no Linux, an older cgroup, or none with a limit. */
  private count(): number | undefined {
    const path = /^0::(.*)$/m.exec(this.read('proc/self/cgroup') ?? '')?.[1];
    if (path === undefined) return undefined;
    const kills = /^oom_kill (\d+)$/m.exec(this.read(join('sys/fs/cgroup', path, 'memory.events')) ?? '')?.[1];
    return kills === undefined ? undefined : Number(kills);
  }

  private read(path: string): string | undefined {
    try {
      return readFileSync(join(this.root, path), 'latin1');
    } catch {
      return undefined;
    }
  }
}
