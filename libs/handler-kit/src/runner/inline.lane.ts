import { AttemptContext, type ContextSink } from '../attempt-context.js';
import { errorOfRefusal, refusalOf } from '../file-refusal.js';
import { performAttempt } from '../perform-attempt.js';
import type { Attempt } from './attempt.js';
import type { Lane, LaneHost } from './lane.js';
import type { Ending, Outcome } from './runner.contract.js';

interface Running {
  context: AttemptContext;
  finish(ending: Ending): void;
}

/**
 * Handlers with `isolation: 'inline'`, in this very process. Nothing can be killed here: at its limit an attempt is given
 * up, and its code may go on.
 */
export class InlineLane implements Lane {
  readonly waitingCount = 0;
  private readonly running = new Map<Attempt, Running>();

  constructor(private readonly host: LaneHost) {}

  add(attempts: readonly Attempt[]): void {
    // Not within run(): the caller has not yet taken note of its attempts.
    for (const attempt of attempts) setImmediate(() => this.start(attempt));
  }

  cancel(attempt: Attempt): void {
    const running = this.running.get(attempt);
    if (!running) return; // cancel was noted; start() looks
    running.context.abort(attempt.cancel!.cause);
    this.host.clock.after(attempt.cancel!.graceMs, () => running.finish({ kind: 'aborted' }));
  }

  async release(): Promise<boolean> {
    return false;
  }

  async stop(): Promise<Attempt[]> {
    for (const [attempt, running] of this.running) {
      attempt.cancel ??= { graceMs: 0, cause: 'cancelled' };
      running.context.abort('cancelled');
      running.finish({ kind: 'aborted' });
    }
    return [];
  }

  async warm(): Promise<void> {}

  sessions(): [] {
    return [];
  }

  private start(attempt: Attempt): void {
    const { clock, events, scratch } = this.host;
    const { input, key } = attempt;
    const startedAtMs = clock.now();
    const since = clock.monotonicMs();
    const sink: ContextSink = {
      progress: (progress) => events.onProgress(key, progress),
      log: (level, message, source) => attempt.log(events, level, message, source),
      file: async (request) => {
        try {
          return (await events.onFileRequest(key, request, attempt.transferSignal)) ?? undefined;
        } catch (error) {
          throw errorOfRefusal(refusalOf(error));
        }
      },
    };
    const context = new AttemptContext(input.jobId, input.attempt, attempt.scratchDir, sink, clock);
    const soft = clock.after(input.softMs, () => context.abort('soft-limit'));
    const hard = clock.after(input.hardMs, () => finish({ kind: 'timed-out' }));
    const finish = (ending: Ending) => {
      if (!this.running.delete(attempt)) return;
      soft.cancel();
      hard.cancel();
      context.flush();
      if (context.usedScratch) scratch.remove(attempt.scratchDir);
      this.host.settle(attempt, { ...ending, startedAtMs, durationMs: clock.monotonicMs() - since } as Outcome);
    };
    this.running.set(attempt, { context, finish });
    if (attempt.cancel) finish({ kind: 'aborted' });
    else void performAttempt(attempt.handler.definition, input.payload, context).then(finish);
  }
}
