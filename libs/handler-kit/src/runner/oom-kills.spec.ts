import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Attempt } from './attempt.js';
import { endingOf } from './classify-exit.js';
import { OomKills } from './oom-kills.js';

describe('a kill by the kernel for want of memory', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'windlass-cgroup-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const tell = (kills: number, path = '/service') => {
    for (const folder of ['proc/self', join('sys/fs/cgroup', path)]) mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, 'proc/self/cgroup'), `12:cpu:/old\n0::${path}\n`);
    const events = `low 0\nhigh 0\nmax 812\noom 3\noom_kill ${kills}\noom_group_kill 0\n`;
    writeFileSync(join(root, 'sys/fs/cgroup', path, 'memory.events'), events);
  };
  const ending = (oomKill: boolean) =>
    endingOf({
      ...{ attempt: { seq: 1 } as Attempt, running: true, kill: undefined, oomKill },
      ...{ exit: { code: null, signal: 'SIGKILL' }, stderr: '' },
    });

  it('is told from another SIGKILL by the count of the cgroup, each once', () => {
    tell(4);
    const kills = new OomKills(root);
    expect(kills.explainsOne()).toBe(false);
    tell(6);
    expect([kills.explainsOne(), kills.explainsOne(), kills.explainsOne()]).toEqual([true, true, false]);
  });

  it.each([
    ['/service', 'service'],
    ["/the host's", '.'],
  ])('is told with cgroup v1 as well, by the path %s', (path, mountedAt) => {
    const folder = join(root, 'sys/fs/cgroup/memory', mountedAt);
    for (const each of [join(root, 'proc/self'), folder]) mkdirSync(each, { recursive: true });
    // Version 2 may be there besides, and count nothing.
    writeFileSync(join(root, 'proc/self/cgroup'), `4:cpu,memory:${path}\n1:name=systemd:/x\n0::/\n`);
    const tellV1 = (kills: number) =>
      writeFileSync(join(folder, 'memory.oom_control'), `oom_kill_disable 0\nunder_oom 0\noom_kill ${kills}\n`);
    tellV1(1);
    const kills = new OomKills(root);
    expect(kills.explainsOne()).toBe(false);
    tellV1(2);
    expect([kills.explainsOne(), kills.explainsOne()]).toEqual([true, false]);
  });

  it('is not seen where nobody counts', () => {
    expect(new OomKills(root).explainsOne()).toBe(false);
    mkdirSync(join(root, 'proc/self'), { recursive: true });
    writeFileSync(join(root, 'proc/self/cgroup'), '3:memory:/old\n');
    expect(new OomKills(root).explainsOne()).toBe(false);
  });

  it('ends the attempt as oom; any other SIGKILL as crashed', () => {
    expect(ending(true)).toEqual({ kind: 'oom', detail: 'killed by the kernel at the memory limit of the worker' });
    expect(ending(false)).toMatchObject({ kind: 'crashed', detail: expect.stringContaining('SIGKILL') });
  });
});
