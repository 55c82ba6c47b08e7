import { fstatSync, readSync, writeSync } from 'node:fs';
import type { WireVerdict } from './ipc-messages.js';

/** The child's end, opened (and unlinked) by the runner. */
export const JOURNAL_FD = 4;

/** generation, started, length of what follows; 32 bits each, little endian. */
const HEADER_BYTES = 12;
/** A larger verdict is handed to IPC before the next job starts, rather than written here. */
const MAX_RECORD_BYTES = 64 * 1024;
const MAX_READ_BYTES = 64 * 1024 * 1024;

/**
 * So that nothing runs twice and nothing finished is lost when a child is killed, it notes each start here before it
 * starts, and in the same write the verdict before it if IPC has not taken that yet. One write of the page cache,
 * 1.5 µs: it survives the child, and nobody needs it after the runner.
 *
 * Records follow each other from offset 0. Once IPC has taken every verdict, the next record goes to offset 0 again under
 * a new generation, which hides what lies behind it.
 */
export class JournalWriter {
  private offset = 0;
  private generation = Math.floor(Math.random() * 0xffff_ffff);
  private readonly buffer = Buffer.alloc(HEADER_BYTES + MAX_RECORD_BYTES);

  constructor(private readonly fd: number) {}

  /** Whether a verdict's text fits a record. */
  static fits(text: string): boolean {
    return text.length * 3 <= MAX_RECORD_BYTES;
  }

  /** Notes that `seq` starts. `restart`: IPC has taken everything, and `unsent` is undefined. */
  begin(seq: number, unsent: string | undefined, restart: boolean): void {
    if (restart) {
      this.offset = 0;
      this.generation = (this.generation + 1) >>> 0;
    }
    const length = unsent === undefined ? 0 : this.buffer.write(unsent, HEADER_BYTES, 'utf8');
    this.buffer.writeUInt32LE(this.generation, 0);
    this.buffer.writeUInt32LE(seq, 4);
    this.buffer.writeUInt32LE(length, 8);
    const total = HEADER_BYTES + length;
    const written = writeSync(this.fd, this.buffer, 0, total, this.offset);
    if (written !== total) throw new Error(`The journal took ${written} of ${total} bytes: is the scratch disk full?`);
    this.offset += total;
  }
}

/** What a child had noted: the last attempt it started (0: none), and verdicts that may not have come by IPC. */
export interface JournalContent {
  started: number;
  verdicts: Map<number, WireVerdict>;
}

/** Reads what is there; a torn last record loses its verdict, never its start. */
export function readJournal(fd: number): JournalContent {
  const content: JournalContent = { started: 0, verdicts: new Map() };
  const bytes = Buffer.alloc(Math.min(fstatSync(fd).size, MAX_READ_BYTES));
  const size = readSync(fd, bytes, 0, bytes.length, 0);
  const generation = size >= HEADER_BYTES ? bytes.readUInt32LE(0) : 0;
  for (let offset = 0; offset + HEADER_BYTES <= size; ) {
    const started = bytes.readUInt32LE(offset + 4);
    const length = bytes.readUInt32LE(offset + 8);
    if (bytes.readUInt32LE(offset) !== generation || started <= content.started) break;
    content.started = started;
    const end = offset + HEADER_BYTES + length;
    if (length > 0 && end <= size) {
      const verdict = parseVerdict(bytes.toString('utf8', offset + HEADER_BYTES, end));
      if (verdict) content.verdicts.set(verdict.seq, verdict);
    }
    offset = end;
  }
  return content;
}

function parseVerdict(text: string): WireVerdict | undefined {
  try {
    return JSON.parse(text) as WireVerdict;
  } catch {
    return undefined;
  }
}
