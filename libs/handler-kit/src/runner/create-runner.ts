import type { LoadedHandler } from '../load-handlers.js';
import { systemClock } from '../system-clock.js';
import { Attempt } from './attempt.js';
import { childEnvironment } from './child-environment.config.js';
import { ChildGuard } from './child-guard.js';
import { HeavyLane } from './heavy.lane.js';
import { InlineLane } from './inline.lane.js';
import type { Lane, LaneHost } from './lane.js';
import { OomKills } from './oom-kills.js';
import type { AttemptInput, Outcome, Runner, RunnerOptions } from './runner.contract.js';
import { ScratchSpace } from './scratch-space.js';
import { SpareChildren } from './spare-children.js';
import { TinyLane } from './tiny.lane.js';

/** One for all runners of the process, since they share a cgroup. */
const oomKills = new OomKills();
const DEFAULTS = { heavySpare: 1, maxChildren: 16, bootTimeoutMs: 60_000, memoryPollMs: 250 };

/** Makes the runner that a worker gives its claimed attempts to. Nothing is forked before warm() or the first run(). */
export function createRunner(options: RunnerOptions): Runner {
  return new HandlerRunner(options);
}

class HandlerRunner implements Runner {
  private readonly attempts = new Map<string, Attempt>();
  private readonly lanes = new Map<string, { handler: LoadedHandler; lane: Lane }>();
  private readonly allLanes = new Set<Lane>();
  private readonly guard = new ChildGuard();
  private readonly scratch: ScratchSpace;
  private readonly spares: SpareChildren;
  private readonly memoryPollMs: number;
  private phase: 'open' | 'draining' | 'stopped' = 'open';
  private idle: (() => void)[] = [];
  private poll: { cancel(): void } | undefined;

  constructor(private readonly options: RunnerOptions) {
    const { heavySpare, maxChildren, bootTimeoutMs, memoryPollMs } = { ...DEFAULTS, ...options };
    this.memoryPollMs = memoryPollMs;
    this.scratch = new ScratchSpace(options.scratchRoot);
    const heavyLimits = options.handlers
      .filter(({ definition }) => kindOf(definition) === 'heavy')
      .map(({ definition }) => definition.memoryMb);
    this.spares = new SpareChildren({
      guard: this.guard,
      directory: this.scratch.path,
      env: childEnvironment(this.scratch.tmpDir, options.childEnv ?? {}),
      perLimit: heavySpare,
      limits: new Set(heavyLimits),
      onChild: (event) => options.events.onChild?.(event),
    });
    this.openLanes(maxChildren, {
      clock: options.clock ?? systemClock,
      events: options.events,
      bootTimeoutMs,
      oomKills,
      children: this.spares,
      scratch: this.scratch,
      settle: (attempt, outcome) => this.settle(attempt, outcome),
      onChild: (event) => options.events.onChild?.(event),
    });
  }

  run(inputs: readonly AttemptInput[]): void {
    if (this.phase !== 'open') throw new Error(`The runner is ${this.phase}: it takes no more attempts.`);
    const byLane = new Map<Lane, Attempt[]>();
    const keys = new Set<string>();
    for (const input of inputs) {
      const entry = this.lanes.get(identityOf(input.type, input.version));
      if (!entry) throw new Error(`No handler is loaded for ${input.type} version ${input.version}.`);
      if (this.attempts.has(input.key) || keys.has(input.key)) {
        throw new Error(`The attempt ${input.key} is already here.`);
      }
      keys.add(input.key);
      const attempt = new Attempt(input, entry.handler, this.scratch.next());
      const group = byLane.get(entry.lane);
      if (group) group.push(attempt);
      else byLane.set(entry.lane, [attempt]);
    }
    for (const group of byLane.values()) for (const attempt of group) this.attempts.set(attempt.key, attempt);
    for (const [lane, group] of byLane) lane.add(group);
    this.watchMemory();
  }

  cancel(key: string, graceMs: number, cause: 'cancelled' | 'lease-lost' = 'cancelled'): void {
    const attempt = this.attempts.get(key);
    if (!attempt) return;
    attempt.cancel = { graceMs: Math.min(graceMs, attempt.cancel?.graceMs ?? graceMs), cause };
    this.laneOf(attempt).cancel(attempt);
  }

  async release(key: string): Promise<boolean> {
    const attempt = this.attempts.get(key);
    if (!attempt || !(await this.laneOf(attempt).release(attempt))) return false;
    this.forget(attempt);
    return true;
  }

  async drain(): Promise<void> {
    if (this.phase === 'open') this.phase = 'draining';
    if (this.attempts.size === 0) return;
    await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  async stop(): Promise<{ unstarted: string[] }> {
    this.phase = 'stopped';
    this.poll?.cancel();
    const unstarted = (await Promise.all([...this.allLanes].map((lane) => lane.stop()))).flat();
    for (const attempt of unstarted) this.forget(attempt);
    await this.spares.close();
    this.guard.close();
    await this.scratch.close();
    return { unstarted: unstarted.map((attempt) => attempt.key) };
  }

  async warm(): Promise<void> {
    this.spares.fill();
    await Promise.all([...this.allLanes].map((lane) => lane.warm()));
  }

  stats(): { running: number; waiting: number; children: number; spares: number } {
    let waiting = 0;
    let children = 0;
    for (const lane of this.allLanes) {
      waiting += lane.waitingCount;
      children += [...lane.sessions()].length;
    }
    return { running: this.attempts.size - waiting, waiting, children, spares: this.spares.count };
  }

  keys(): string[] {
    return [...this.attempts.keys()];
  }

  private openLanes(maxChildren: number, host: LaneHost): void {
    const heavy = new HeavyLane(host, maxChildren);
    const inline = new InlineLane(host);
    for (const handler of this.options.handlers) {
      const { definition } = handler;
      const kind = kindOf(definition);
      const lane = kind === 'heavy' ? heavy : kind === 'inline' ? inline : new TinyLane(host, handler);
      const identity = identityOf(definition.name, definition.version ?? 1);
      if (this.lanes.has(identity)) throw new Error(`Two handlers for ${identity}.`);
      this.lanes.set(identity, { handler, lane });
      this.allLanes.add(lane);
    }
  }

  private laneOf(attempt: Attempt): Lane {
    return this.lanes.get(identityOf(attempt.input.type, attempt.input.version))!.lane;
  }

  private settle(attempt: Attempt, outcome: Outcome): void {
    if (this.forget(attempt)) this.options.events.onOutcome(attempt.key, outcome);
  }

  private forget(attempt: Attempt): boolean {
    if (!this.attempts.delete(attempt.key)) return false;
    attempt.close();
    if (this.attempts.size === 0) for (const resolve of this.idle.splice(0)) queueMicrotask(resolve);
    return true;
  }

  /** Looks at every busy child, as long as there are any. */
  private watchMemory(): void {
    if (this.poll || process.platform !== 'linux') return;
    this.poll = (this.options.clock ?? systemClock).after(this.memoryPollMs, () => {
      this.poll = undefined;
      if (this.phase === 'stopped') return;
      for (const lane of this.allLanes) for (const session of lane.sessions()) session.checkMemory();
      if (this.attempts.size > 0) this.watchMemory();
    });
  }
}

function kindOf(definition: LoadedHandler['definition']): 'tiny' | 'heavy' | 'inline' {
  return definition.isolation === 'inline' ? 'inline' : (definition.weight ?? 'heavy');
}

function identityOf(type: string, version: number): string {
  return `${type} version ${version}`;
}
