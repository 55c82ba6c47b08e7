import type { FromChild, WireVerdict } from '../ipc-messages.js';
import type { LoadedHandler } from '../load-handlers.js';
import { answerFileRequest } from './answer-file-request.js';
import type { Attempt } from './attempt.js';
import { captureLines } from './capture-lines.js';
import { describeExit, endingOf, type KillReason } from './classify-exit.js';
import { FrontWatch } from './front-watch.js';
import { residentBytes } from './measure-memory.js';
import type { Ending, Outcome, RunnerClock, RunnerEvents } from './runner.contract.js';
import type { ChildExit, HandlerChild } from './spawn-child.js';

/** What a session tells the lane that opened it. */
export interface SessionOwner {
  readonly clock: RunnerClock;
  readonly events: RunnerEvents;
  readonly bootTimeoutMs: number;
  onOutcome(attempt: Attempt, outcome: Outcome, usedScratch: boolean): void;
  /** The child is dead. `unstarted` never ran and have no outcome; `began`: it got as far as starting one. */
  onEnded(unstarted: Attempt[], began: boolean, reason: string): void;
}

const STDERR_TAIL = 4 * 1024;

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
  private seq = 0;
  private began = false;
  private dead = false;
  private killReason: KillReason | undefined;
  private stderrTail = '';
  private peakRssBytes: number | undefined;
  private markLoaded!: () => void;

  constructor(
    private readonly child: HandlerChild,
    handler: LoadedHandler,
    ownScratch: boolean,
    private readonly owner: SessionOwner,
  ) {
    this.loaded = new Promise((resolve) => {
      this.markLoaded = resolve;
    });
    this.watch = new FrontWatch(owner.clock, owner.bootTimeoutMs, {
      front: () => this.front(),
      bySeq: (seq) => this.sent.get(seq),
      startedSeq: () => child.readJournal().started,
      softLimit: (attempt) => child.send({ t: 'abort', seq: attempt.seq, cause: 'soft-limit' }),
      kill: (reason) => this.kill(reason),
    });
    this.readOutput();
    child.onMessage((message) => this.receive(message as FromChild));
    const { name, version = 1 } = handler.definition;
    const title = `windlass ${name}@${version}`;
    child.send({ t: 'load', module: handler.module, exportIndex: handler.exportIndex, title, ownScratch });
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
    this.watch.frontMayHaveChanged();
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
    const rss = residentBytes(this.child.pid);
    if (rss === undefined) return;
    this.peakRssBytes = Math.max(this.peakRssBytes ?? 0, rss);
    const limitMb = attempt.memoryMb;
    if (limitMb !== undefined && rss > limitMb * 1024 * 1024) this.kill({ kind: 'oom', rss, limitMb });
  }

  private front(): Attempt | undefined {
    for (const attempt of this.sent.values()) return attempt;
    return undefined;
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
        this.peakRssBytes = Math.max(this.peakRssBytes ?? 0, message.peakRssBytes);
        for (const verdict of message.list) this.settleVerdict(verdict);
        this.watch.frontMayHaveChanged();
        return;
      case 'released':
        if (message.ok) this.sent.delete(message.seq);
        this.answerRelease(message.seq, message.ok);
        this.watch.frontMayHaveChanged();
        return;
      case 'log':
        this.sent.get(message.seq)?.log(this.owner.events, message.level, message.message, 'handler');
        return;
      case 'progress': {
        const attempt = this.sent.get(message.seq);
        if (attempt) this.owner.events.onProgress(attempt.key, message.percent, message.message);
        return;
      }
      case 'file': {
        const attempt = this.sent.get(message.seq);
        if (attempt) void answerFileRequest(this.owner.events, attempt, message, (answer) => this.child.send(answer));
      }
    }
  }

  private settleVerdict(wire: WireVerdict): void {
    const attempt = this.sent.get(wire.seq);
    if (!attempt) return;
    this.began = true;
    const { startedAtMs, durationMs } = wire;
    this.settle(attempt, { ...wire.verdict, startedAtMs, durationMs, ...this.peak() }, wire.usedScratch);
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
    const journal = this.child.readJournal();
    this.child.dispose();
    this.dead = true;
    this.markLoaded();
    const current = this.watch.close();
    if (journal.started > 0) this.began = true;
    const unstarted: Attempt[] = [];
    for (const [seq, attempt] of [...this.sent]) {
      const verdict = journal.verdicts.get(seq);
      if (verdict) this.settleVerdict(verdict);
      else if (seq > journal.started) this.giveBack(attempt, unstarted);
      else {
        const running = seq === journal.started;
        const ending = endingOf({ attempt, running, kill: this.killReason, exit, stderr: this.stderrTail });
        const times = current?.seq === seq ? current.times : { startedAtMs: this.owner.clock.now(), durationMs: 0 };
        this.settle(attempt, { ...ending, ...times, ...this.peak() } as Outcome, true);
      }
    }
    const reason = this.killReason?.kind ?? describeExit(exit, this.stderrTail);
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

  private peak(): { peakRssBytes?: number } {
    return this.peakRssBytes === undefined ? {} : { peakRssBytes: this.peakRssBytes };
  }

  private readOutput(): void {
    captureLines(this.child.stdout, (line) => this.front()?.log(this.owner.events, 'info', line, 'stdout'));
    captureLines(this.child.stderr, (line) => {
      this.stderrTail = `${this.stderrTail}${line}\n`.slice(-STDERR_TAIL);
      this.front()?.log(this.owner.events, 'warn', line, 'stderr');
    });
  }
}
