import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Tells a SIGKILL of the kernel for want of memory from any other, where children die by the limit of their container or service:
 * their cgroup, v1 or v2, counts such kills. Workers share the count with their children, so each rise explains one death.
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

  /** undefined: no Linux, or no cgroup that counts. */
  private count(): number | undefined {
    for (const file of countersOf(this.read('proc/self/cgroup') ?? '')) {
      const kills = /^oom_kill (\d+)$/m.exec(this.read(file) ?? '')?.[1];
      if (kills !== undefined) return Number(kills);
    }
    return undefined;
  }

  private read(path: string): string | undefined {
    try {
      return readFileSync(join(this.root, path), 'latin1');
    } catch {
      return undefined;
    }
  }
}

/** Where the groups of a process may count. With v1 a container may be told its path on the host, while its own group is mounted as the root. */
function countersOf(groups: string): string[] {
  const v2 = /^0::(.*)$/m.exec(groups)?.[1];
  const v1 = /^\d+:(?:[^:]+,)?memory(?:,[^:]+)?:(.*)$/m.exec(groups)?.[1];
  return [
    ...(v2 === undefined ? [] : [join('sys/fs/cgroup', v2, 'memory.events')]),
    ...(v1 === undefined ? [] : [v1, '/'].map((path) => join('sys/fs/cgroup/memory', path, 'memory.oom_control'))),
  ];
}
