import type { FromChild, WireVerdict } from '../ipc-messages.js';
import type { LoadedHandler } from '../load-handlers.js';
import { answerFileRequest } from './answer-file-request.js';
import type { Attempt } from './attempt.js';
import { ChildMemory } from './child-memory.js';
import { ChildOutput } from './child-output.js';
import { describeExit, endingOf, type KillReason } from './classify-exit.js';
import { FrontWatch } from './front-watch.js';
import type { OomKills } from './oom-kills.js';
import type { Ending, Outcome, RunnerClock, RunnerEvents } from './runner.contract.js';
import type { ChildExit, HandlerChild } from './spawn-child.js';

/** What a session tells the lane that opened it. */
export interface SessionOwner {
  readonly clock: RunnerClock;
  readonly events: RunnerEvents;
  readonly bootTimeoutMs: number;
  readonly oomKills: OomKills;
  onOutcome(attempt: Attempt, outcome: Outcome, usedScratch: boolean): void;
  /** The child is dead. `unstarted` never ran and have no outcome; `began`: it got as far as starting one. */
  onEnded(unstarted: Attempt[], began: boolean, reason: string): void;
}

/**
 * One child bound to one job type, from its first message to its death, and the attempts given to it. Whatever happens,
 * each of them gets one outcome, or is named unstarted.
 */
export class ChildSession {
  /** Resolves when the module is imported, or failed to be, or the child died. */
  readonly loaded: Promise<void>;
  /** Resolves after onEnded. */
  readonly closed: Promise<void>;
  private readonly sent = new Map<number, Attempt>();
  private readonly releasing = new Map<number, (released: boolean) => void>();
  private readonly watch: FrontWatch;
  private readonly output: ChildOutput;
  private readonly memory: ChildMemory;
  /** Verdicts that have come and are not settled yet: see `receive`. */
  private arrived: (FromChild & { t: 'done' })[] = [];
  private seq = 0;
  private began = false;
  private dead = false;
  private killReason: KillReason | undefined;
  private markLoaded!: () => void;

  constructor(
    private readonly child: HandlerChild,
    handler: LoadedHandler,
    /** The child is one attempt's alone: what it prints is that attempt's. */
    private readonly alone: boolean,
    private readonly owner: SessionOwner,
  ) {
    this.loaded = new Promise((resolve) => {
      this.markLoaded = resolve;
    });
    this.watch = new FrontWatch(owner.clock, owner.bootTimeoutMs, {
      front: () => this.front(),
      size: () => this.sent.size,
      bySeq: (seq) => this.sent.get(seq),
      startedSeq: () => child.readJournal().started,
      softLimit: (attempt) => child.send({ t: 'abort', seq: attempt.seq, cause: 'soft-limit' }),
      kill: (reason) => this.kill(reason),
    });
    this.memory = new ChildMemory(child.pid);
    this.output = new ChildOutput(child, owner.events, alone ? () => this.front() : undefined);
    child.onMessage((message) => this.receive(message as FromChild));
    const { name, version = 1 } = handler.definition;
    const title = `windlass ${name}@${version}`;
    child.send({ t: 'load', module: handler.module, exportIndex: handler.exportIndex, title, ownScratch: alone });
    this.closed = child.ended.then((exit) => this.close(exit));
  }

  get pid(): number {
    return this.child.pid;
  }
  /** Attempts given to the child that have no outcome yet. */
  get size(): number {
    return this.sent.size;
  }
  /** Whether it can be given more. */
  get usable(): boolean {
    return !this.dead && this.child.alive && this.killReason === undefined;
  }

  send(attempts: readonly Attempt[]): void {
    const jobs = attempts.map((attempt) => {
      attempt.seq = ++this.seq;
      this.sent.set(attempt.seq, attempt);
      const { jobId, attempt: number, payload } = attempt.input;
      return { seq: attempt.seq, jobId, attempt: number, payload, scratchDir: attempt.scratchDir };
    });
    this.child.send({ t: 'jobs', jobs });
    this.watch.frontMayHaveChanged();
  }

  has(attempt: Attempt): boolean {
    return this.sent.get(attempt.seq) === attempt;
  }

  /** After attempt.cancel was set. */
  cancel(attempt: Attempt): void {
    this.child.send({ t: 'abort', seq: attempt.seq, cause: attempt.cancel!.cause });
    this.watch.cancelled(attempt);
  }

  /** Answers at once what has started. For the others it asks: a child within a blocking job answers after that. */
  async release(attempt: Attempt): Promise<boolean> {
    if (this.child.readJournal().started >= attempt.seq) return false;
    this.child.send({ t: 'release', seq: attempt.seq });
    return new Promise((resolve) => {
      this.releasing.get(attempt.seq)?.(false);
      this.releasing.set(attempt.seq, resolve);
    });
  }

  kill(reason: KillReason): void {
    this.killReason ??= reason;
    this.child.kill();
  }

  /** Kills it if the running attempt is over its memory; notes the peak. */
  checkMemory(): void {
    const attempt = this.front();
    if (!attempt || this.dead) return;
    const reason = this.memory.look(attempt.memoryMb);
    if (reason) this.kill(reason);
  }

  private front(): Attempt | undefined {
    return this.sent.values().next().value;
  }

  /** Messages of the child; the handler shares its process, so anything unknown is passed over. */
  private receive(message: FromChild): void {
    if (this.dead || typeof message !== 'object' || message === null) return;
    switch (message.t) {
      case 'loaded':
        this.markLoaded();
        this.watch.open();
        return;
      case 'load-failed':
        this.failAll({ kind: 'failed', error: message.error, retry: 'default' });
        return;
      case 'done':
        this.arrived.push(message);
        // What the child printed is in its pipes by now: it is read in this turn, maybe behind the verdict.
        if (this.alone) setImmediate(() => this.settleArrived());
        else this.settleArrived();
        return;
      case 'released':
        if (message.ok) this.sent.delete(message.seq);
        this.answerRelease(message.seq, message.ok);
        this.watch.frontMayHaveChanged();
        return;
      case 'log':
        this.sent.get(message.seq)?.log(this.owner.events, message.level, message.message, message.source);
        return;
      case 'progress':
        this.sent.get(message.seq)?.progress(this.owner.events, message.progress);
        return;
      case 'file': {
        const attempt = this.sent.get(message.seq);
        if (attempt) void answerFileRequest(this.owner.events, attempt, message, (answer) => this.child.send(answer));
      }
    }
  }

  private settleArrived(): void {
    if (this.arrived.length > 0) this.output.flush();
    for (const { list, peakRssBytes } of this.arrived.splice(0)) {
      this.memory.note(peakRssBytes);
      for (const verdict of list) this.settleVerdict(verdict);
    }
    this.watch.frontMayHaveChanged();
  }

  private settleVerdict(wire: WireVerdict): void {
    const attempt = this.sent.get(wire.seq);
    if (!attempt) return;
    this.began = true;
    const { startedAtMs, durationMs } = wire;
    this.settle(attempt, { ...wire.verdict, startedAtMs, durationMs, ...this.memory.peak }, wire.usedScratch);
  }

  private settle(attempt: Attempt, outcome: Outcome, usedScratch: boolean): void {
    this.sent.delete(attempt.seq);
    this.answerRelease(attempt.seq, false);
    this.owner.onOutcome(attempt, outcome, usedScratch);
  }

  /** The same for the next child: importing a module does not depend on the attempt. */
  private failAll(ending: Ending): void {
    this.markLoaded();
    this.killReason ??= { kind: 'retired' };
    for (const attempt of [...this.sent.values()]) {
      this.settle(attempt, { ...ending, startedAtMs: this.owner.clock.now(), durationMs: 0 } as Outcome, false);
    }
    this.child.kill();
  }

  private close(exit: ChildExit): void {
    this.settleArrived();
    const journal = this.child.readJournal();
    this.child.dispose();
    this.dead = true;
    this.markLoaded();
    const current = this.watch.close();
    const oomKill = exit.signal === 'SIGKILL' && !this.killReason && this.owner.oomKills.explainsOne();
    if (journal.started > 0) this.began = true;
    const unstarted: Attempt[] = [];
    for (const [seq, attempt] of [...this.sent]) {
      const verdict = journal.verdicts.get(seq);
      if (verdict) this.settleVerdict(verdict);
      else if (seq > journal.started) this.giveBack(attempt, unstarted);
      else {
        const running = seq === journal.started;
        const ending = endingOf({
          attempt,
          running,
          kill: this.killReason,
          oomKill,
          exit,
          stderr: this.output.stderrTail,
        });
        const times = current?.seq === seq ? current.times : { startedAtMs: this.owner.clock.now(), durationMs: 0 };
        this.settle(attempt, { ...ending, ...times, ...this.memory.peak } as Outcome, true);
      }
    }
    const reason = this.killReason?.kind ?? describeExit(exit, this.output.stderrTail);
    this.owner.onEnded(unstarted, this.began, reason);
  }

  /** Never started: released, cancelled, or to be run elsewhere. */
  private giveBack(attempt: Attempt, unstarted: Attempt[]): void {
    this.sent.delete(attempt.seq);
    if (this.answerRelease(attempt.seq, true)) return;
    unstarted.push(attempt);
  }

  private answerRelease(seq: number, released: boolean): boolean {
    const answer = this.releasing.get(seq);
    this.releasing.delete(seq);
    answer?.(released);
    return answer !== undefined;
  }
}
