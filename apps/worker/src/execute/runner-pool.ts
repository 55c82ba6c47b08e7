import { type AttemptInput, createRunner, type Runner, type RunnerEvents } from '@windlass/handler-kit/runner';
import type { WorkerType } from '../announce/choose-job-types.js';
import type { WorkerContext } from '../worker-context.js';

export interface RunnerPoolOptions {
  context: Pick<WorkerContext, 'runtime' | 'logger'>;
  types: readonly WorkerType[];
  scratchRoot: string;
  /** Children for each tiny type. */
  children: number;
  /** What handlers may see of the worker's environment. */
  childEnv: Readonly<Record<string, string>>;
  events: RunnerEvents;
}

/**
 * The runners of one worker: the first has all types, each further one another child for every tiny type. A claim's attempts go
 * to one runner as a whole, that with the least to do.
 */
export class RunnerPool {
  private readonly runners: Runner[];
  /** Types that every runner has. */
  private readonly spread: ReadonlySet<string>;

  constructor(options: RunnerPoolOptions) {
    const { context, types, children, events, scratchRoot, childEnv } = options;
    const heavy = types.filter((type) => type.weight === 'heavy').reduce((sum, type) => sum + type.slots, 0);
    const tiny = types.filter(
      (type) => type.weight === 'tiny' && type.versions.every((each) => each.resolved.isolation === 'child'),
    );
    const runnerFor = (served: readonly WorkerType[], heavySpare: number) =>
      createRunner({
        handlers: served.flatMap((type) => type.versions.map((version) => version.handler)),
        scratchRoot,
        childEnv,
        clock: context.runtime,
        heavySpare,
        maxChildren: Math.max(1, heavy),
        events,
      });
    this.spread = new Set(tiny.map((type) => type.name));
    this.runners = [runnerFor(types, 1)];
    if (tiny.length > 0) while (this.runners.length < children) this.runners.push(runnerFor(tiny, 0));
  }

  /** Answers the runner that took them. Throws as `Runner.run` does, having taken none. */
  run(type: string, inputs: readonly AttemptInput[]): number {
    const index = this.spread.has(type) ? this.leastBusy() : 0;
    this.runners[index]!.run(inputs);
    return index;
  }

  cancel(runner: number, key: string, graceMs: number, cause: 'cancelled' | 'lease-lost'): void {
    this.runners[runner]!.cancel(key, graceMs, cause);
  }

  release(runner: number, key: string): Promise<boolean> {
    return this.runners[runner]!.release(key);
  }

  async warm(): Promise<void> {
    await Promise.all(this.runners.map((runner) => runner.warm()));
  }

  /** Kills all children. */
  async stop(): Promise<void> {
    await Promise.all(this.runners.map((runner) => runner.stop()));
  }

  private leastBusy(): number {
    if (this.runners.length === 1) return 0;
    const loads = this.runners.map((runner) => {
      const { running, waiting } = runner.stats();
      return running + waiting;
    });
    return loads.indexOf(Math.min(...loads));
  }
}
