import type { ChildGuard } from './child-guard.js';
import type { ChildEvent } from './runner.contract.js';
import { HandlerChild } from './spawn-child.js';

interface SpareOptions {
  guard: ChildGuard;
  directory: string;
  env: Record<string, string>;
  /** How many to hold for each heap limit. V8 takes its limit at the start only, so a spare cannot change it. */
  perLimit: number;
  limits: ReadonlySet<number | undefined>;
  onChild: (event: ChildEvent) => void;
}

/** Children forked ahead: started, channel open, no handler imported. */
export class SpareChildren {
  private readonly idle = new Map<number | undefined, HandlerChild[]>();
  private filling = false;
  private closed = false;

  constructor(private readonly options: SpareOptions) {}

  get count(): number {
    let count = 0;
    for (const children of this.idle.values()) count += children.length;
    return count;
  }

  /** @throws Error if no process can be started */
  take(memoryMb: number | undefined): HandlerChild {
    const spare = this.idle.get(memoryMb)?.shift();
    this.fillSoon();
    return spare ?? this.spawn(memoryMb);
  }

  fill(): void {
    if (this.closed) return;
    for (const limit of this.options.limits) {
      const children = this.idle.get(limit) ?? [];
      this.idle.set(limit, children);
      while (children.length < this.options.perLimit) {
        const child = this.spawn(limit);
        children.push(child);
        // Not replaced here but at the next take: a child that dies while idle would do so again.
        void child.ended.then(() => {
          const index = children.indexOf(child);
          if (index < 0) return;
          children.splice(index, 1);
          child.dispose();
        });
      }
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    const children = [...this.idle.values()].flat();
    for (const child of children) child.kill();
    await Promise.all(children.map((child) => child.ended));
  }

  /** After the running turn: a fork takes some ms, and whoever took the last one is in a hurry. */
  private fillSoon(): void {
    if (this.filling) return;
    this.filling = true;
    setImmediate(() => {
      this.filling = false;
      try {
        this.fill();
      } catch {
        // No process to be had now: the next job meets the same and reports it.
      }
    });
  }

  private spawn(memoryMb: number | undefined): HandlerChild {
    const { guard, directory, env } = this.options;
    const child = HandlerChild.spawn({ guard, directory, env, memoryMb });
    this.options.onChild({ kind: 'started', pid: child.pid, use: 'spare' });
    return child;
  }
}
