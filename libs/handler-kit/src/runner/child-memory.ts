import type { KillReason } from './classify-exit.js';
import { residentBytes } from './measure-memory.js';

/** What one child took at most, and whether it takes too much. */
export class ChildMemory {
  private peakBytes: number | undefined;

  constructor(private readonly pid: number) {}

  get peak(): { peakRssBytes?: number } {
    return this.peakBytes === undefined ? {} : { peakRssBytes: this.peakBytes };
  }

  note(bytes: number): void {
    this.peakBytes = Math.max(this.peakBytes ?? 0, bytes);
  }

  /** Answers why to kill it, if it is over its limit. */
  look(limitMb: number | undefined): KillReason | undefined {
    const rss = residentBytes(this.pid);
    if (rss === undefined) return undefined;
    this.note(rss);
    return limitMb !== undefined && rss > limitMb * 1024 * 1024 ? { kind: 'oom', rss, limitMb } : undefined;
  }
}
