import type { AppendLogs } from '@windlass/contracts';
import { type HeldAttempt, refOf } from '../execute/held-attempts.js';

export type LogLine = AppendLogs['items'][number]['lines'][number];

const MAX_LINES = 500;
const MAX_MESSAGE_BYTES = 524_288;
/** Of one worker, so that a core which is away for an hour costs it no more than that. */
const MAX_BYTES = 16 * 1_048_576;
/** Beyond it this much is dropped at once: to look for the noisiest for each line would cost more than the lines. */
const ROOM_BYTES = 4 * 1_048_576;
/** Number, time, level, source and JSON around a text; ids and JSON around the lines of an attempt. */
const LINE_BYTES = 110;
const ITEM_BYTES = 220;

interface WaitingLine {
  line: LogLine;
  bytes: number;
  /** It tells of so many that were dropped. */
  dropped: number;
}
interface AttemptLines {
  lines: WaitingLine[];
  /** With those under way. */
  bytes: number;
}
/** Lines of one attempt that are under way. */
export interface TakenLines {
  attempt: HeldAttempt;
  lines: WaitingLine[];
}

/** Log lines on their way to core: in order for each attempt, bounded in all. One message is under way at a time. */
export class WaitingLines {
  private readonly byAttempt = new Map<HeldAttempt, AttemptLines>();
  private totalBytes = 0;

  /** Attempts. */
  get size(): number {
    return this.byAttempt.size;
  }
  /** With those under way. */
  get bytes(): number {
    return this.totalBytes;
  }

  has(attempt: HeldAttempt): boolean {
    return this.byAttempt.has(attempt);
  }

  add(attempt: HeldAttempt, line: LogLine): void {
    const added = waitingLine(line);
    if (this.totalBytes + added.bytes > MAX_BYTES) this.makeRoom();
    const own = this.byAttempt.get(attempt) ?? { lines: [], bytes: 0 };
    this.byAttempt.set(attempt, own);
    this.grow(own, added.bytes);
    own.lines.push(added);
  }

  /** The next message: attempts that have ended first, since their reports wait. One attempt of a job, since answers name jobs. */
  take(limits: { attempts: number }): TakenLines[] {
    const taken: TakenLines[] = [];
    const jobs = new Set<string>();
    const room = { lines: MAX_LINES, bytes: MAX_MESSAGE_BYTES };
    const inTurn = [...this.byAttempt].sort(([one], [other]) => rank(one) - rank(other));
    for (const [attempt, own] of inTurn) {
      if (room.lines === 0 || taken.length >= limits.attempts) break;
      if (jobs.has(attempt.jobId)) continue;
      const lines = own.lines.splice(0, countThatFit(own.lines, room));
      if (lines.length === 0) break;
      jobs.add(attempt.jobId);
      taken.push({ attempt, lines });
      // The next message begins with others.
      this.byAttempt.delete(attempt);
      this.byAttempt.set(attempt, own);
    }
    return taken;
  }

  /** Core has them, or nobody will. */
  settle(taken: readonly TakenLines[]): void {
    for (const { attempt, lines } of taken) {
      const own = this.byAttempt.get(attempt);
      if (!own) continue;
      for (const { bytes } of lines) this.grow(own, -bytes);
      if (own.lines.length === 0) this.byAttempt.delete(attempt);
    }
  }

  /** To be sent again, before what came meanwhile. */
  putBack(taken: readonly TakenLines[]): void {
    for (const { attempt, lines } of taken) {
      const own = this.byAttempt.get(attempt);
      if (!own) continue;
      own.lines.unshift(...lines);
    }
  }

  drop(attempt: HeldAttempt): void {
    this.totalBytes -= this.byAttempt.get(attempt)?.bytes ?? 0;
    this.byAttempt.delete(attempt);
  }

  /** The noisiest attempts lose what waits of theirs; one line each says so. */
  private makeRoom(): void {
    const noisiest = [...this.byAttempt.values()].sort((one, other) => other.bytes - one.bytes);
    for (const own of noisiest) {
      if (this.totalBytes <= MAX_BYTES - ROOM_BYTES) return;
      const last = own.lines.at(-1);
      if (!last) continue;
      let dropped = 0;
      for (const each of own.lines) {
        dropped += each.dropped || 1;
        this.grow(own, -each.bytes);
      }
      const notice = waitingLine(noticeOf(last.line, dropped), dropped);
      own.lines = [notice];
      this.grow(own, notice.bytes);
    }
  }

  private grow(own: AttemptLines, bytes: number): void {
    own.bytes += bytes;
    this.totalBytes += bytes;
  }
}

/** As it stands in a message. */
export function itemsOf(taken: readonly TakenLines[]): AppendLogs['items'] {
  return taken.map(({ attempt, lines }) => ({ ...refOf(attempt), lines: lines.map(({ line }) => line) }));
}

const rank = (attempt: HeldAttempt): number => (attempt.state === 'ended' ? 0 : 1);

function waitingLine(line: LogLine, dropped = 0): WaitingLine {
  // Escaped as it will be: quotes and control characters take up to six times their room.
  return { line, bytes: LINE_BYTES + Buffer.byteLength(JSON.stringify(line.message)), dropped };
}

function noticeOf(last: LogLine, dropped: number): LogLine {
  const message = `${dropped} lines were dropped here: more is logged than core takes.`;
  return { ...last, level: 'warn', source: 'handler', message };
}

/** How many lines a message still takes, and takes their room. */
function countThatFit(lines: readonly WaitingLine[], room: { lines: number; bytes: number }): number {
  let bytes = room.bytes - ITEM_BYTES;
  let count = 0;
  while (count < lines.length && count < room.lines && lines[count]!.bytes <= bytes) bytes -= lines[count++]!.bytes;
  if (count === 0) return 0;
  room.lines -= count;
  room.bytes = bytes;
  return count;
}
