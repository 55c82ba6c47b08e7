import { type AbortCause, AttemptContext, type FetchedFile } from '../attempt-context.js';
import type { HandlerError } from '../describe-error.js';
import { errorOfRefusal } from '../file-refusal.js';
import type { FromChild, ToChild, WireJob, WireVerdict } from '../ipc-messages.js';
import { JournalWriter } from '../journal.js';
import type { AnyDefinition } from '../load-handlers.js';
import { performAttempt, type Verdict } from '../perform-attempt.js';
import { awaitOutput, outputWaits } from './await-output.js';

/**
 * Jobs that are done within one turn of the event loop report in one message. After this long the turn is ended, so
 * that the runner knows which job is in front and aborts and releases come through.
 */
const TURN_MS = 5;

type Send = (message: FromChild, taken?: () => void) => void;
interface Running {
  seq: number;
  context: AttemptContext;
  startedAtMs: number;
  since: number;
}

/** The child's jobs, strictly one after another. Times here are the process's own: the runner's clock cannot reach in. */
export class RunQueue {
  private readonly waiting: WireJob[] = [];
  private definition: AnyDefinition | undefined;
  private ownScratch = false;
  private running: Running | undefined;
  private working = false;
  private ended = false;
  /** Verdicts not yet given to IPC, and the latest one: it is noted in the journal with the next start, if still at risk. */
  private unsent: WireVerdict[] = [];
  private latest: WireVerdict | undefined;
  private sending = 0;
  private flushPlanned = false;
  private requestIds = 0;
  private readonly requests = new Map<
    number,
    { resolve: (file: FetchedFile | undefined) => void; reject: (error: Error) => void }
  >();

  constructor(
    private readonly send: Send,
    private readonly journal: JournalWriter,
  ) {}

  open(definition: AnyDefinition, ownScratch: boolean): void {
    this.definition = definition;
    this.ownScratch = ownScratch;
    void this.work();
  }

  add(jobs: WireJob[]): void {
    this.waiting.push(...jobs);
    void this.work();
  }

  /** The attempt that runs now, which is what the process does. */
  get context(): AttemptContext | undefined {
    return this.running?.context;
  }

  abort(seq: number, cause: AbortCause): void {
    if (this.running?.seq === seq) {
      this.running.context.abort(cause);
      return;
    }
    if (cause === 'soft-limit' || !this.remove(seq)) return;
    this.record({ seq, startedAtMs: Date.now(), durationMs: 0, usedScratch: false, verdict: { kind: 'aborted' } });
  }

  release(seq: number): void {
    this.send({ t: 'released', seq, ok: this.remove(seq) });
  }

  fileDone(message: ToChild & { t: 'file-done' }): void {
    const request = this.requests.get(message.id);
    this.requests.delete(message.id);
    if (message.error) request?.reject(errorOfRefusal(message.error));
    else request?.resolve(message.file);
  }

  /** The running attempt fails with `error`, nothing else starts; `taken` is called once IPC has all verdicts. */
  end(error: HandlerError, taken: () => void): void {
    if (this.ended) return;
    this.ended = true;
    if (this.running) this.finish(this.running, { kind: 'failed', error, retry: 'default' });
    else process.stderr.write(`${error.code}: ${error.stack || error.message}\n`);
    this.flush(taken);
  }

  private async work(): Promise<void> {
    if (this.working || !this.definition) return;
    this.working = true;
    let turnSince = performance.now();
    for (let job = this.next(); job; job = this.next()) {
      let risked = this.textAtRisk();
      if (risked !== undefined && !JournalWriter.fits(risked)) {
        await this.flushAndWait();
        risked = this.textAtRisk();
      }
      this.journal.begin(job.seq, risked, !this.atRisk());
      this.latest = undefined;
      const running = this.start(job);
      const verdict = await performAttempt(this.definition, job.payload, running.context);
      if (this.running === running) this.finish(running, verdict);
      if (performance.now() - turnSince > TURN_MS) {
        await this.flushAndWait();
        turnSince = performance.now();
      }
    }
    this.working = false;
    this.flush();
  }

  private next(): WireJob | undefined {
    return this.ended ? undefined : this.waiting.shift();
  }

  private start(job: WireJob): Running {
    const { seq } = job;
    const context = new AttemptContext(job.jobId, job.attempt, job.scratchDir, {
      progress: (progress) => this.send({ t: 'progress', seq, progress }),
      log: (level, message, source) => this.send({ t: 'log', seq, level, message, source }),
      file: (request) =>
        new Promise((resolve, reject) => {
          const id = ++this.requestIds;
          this.requests.set(id, { resolve, reject });
          this.send({ t: 'file', id, seq, request });
        }),
    });
    // What a heavy job's tools leave in TMPDIR goes with the attempt.
    if (this.ownScratch) process.env.TMPDIR = context.scratchDir;
    this.running = { seq, context, startedAtMs: Date.now(), since: performance.now() };
    return this.running;
  }

  private finish(running: Running, verdict: Verdict): void {
    this.running = undefined;
    running.context.flush();
    this.record({
      seq: running.seq,
      startedAtMs: running.startedAtMs,
      durationMs: performance.now() - running.since,
      usedScratch: running.context.usedScratch,
      verdict,
    });
    this.latest = this.unsent.at(-1);
  }

  /** Whether a kill right now could lose a verdict: IPC has not taken all of them. */
  private atRisk(): boolean {
    return this.unsent.length > 0 || this.sending > 0;
  }

  private textAtRisk(): string | undefined {
    return this.latest && this.atRisk() ? JSON.stringify(this.latest) : undefined;
  }

  private record(verdict: WireVerdict): void {
    this.unsent.push(verdict);
    if (this.flushPlanned) return;
    this.flushPlanned = true;
    setImmediate(() => {
      this.flushPlanned = false;
      this.flush();
    });
  }

  private flush(taken?: () => void): void {
    if (this.ownScratch && this.unsent.length > 0 && outputWaits())
      void awaitOutput().then(() => this.sendUnsent(taken));
    else this.sendUnsent(taken);
  }

  private sendUnsent(taken?: () => void): void {
    if (this.unsent.length === 0) {
      if (taken) setImmediate(taken);
      return;
    }
    const list = this.unsent;
    this.unsent = [];
    this.sending++;
    this.send({ t: 'done', list, peakRssBytes: process.resourceUsage().maxRSS * 1024 }, () => {
      this.sending--;
      taken?.();
    });
  }

  /** Ends the turn, and waits where the runner does not read: what is on the way stays bounded. */
  private async flushAndWait(): Promise<void> {
    await new Promise<void>((resolve) => this.flush(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }

  private remove(seq: number): boolean {
    const index = this.waiting.findIndex((job) => job.seq === seq);
    if (index >= 0) this.waiting.splice(index, 1);
    return index >= 0;
  }
}
