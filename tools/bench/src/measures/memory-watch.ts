import { processTree, residentMib } from '../process/read-processes.js';

/** Often enough for the peak of seconds of load, seldom enough to cost nothing. */
const EVERY_MS = 250;

/** Watches the resident memory of processes with their children. Children that come later are not seen. */
export class MemoryWatch {
  private readonly trees: { role: string; pids: number[] }[];
  private readonly peaks: Record<string, number> = {};
  private readonly timer: NodeJS.Timeout;

  constructor(processes: readonly { role: string; pid: number }[]) {
    this.trees = processes.map(({ role, pid }) => ({ role, pids: processTree([pid]) }));
    this.timer = setInterval(() => this.look(), EVERY_MS);
  }

  largest(): Record<string, number> {
    this.look();
    return { ...this.peaks };
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    for (const { role, pids } of this.trees) {
      this.peaks[role] = Math.max(this.peaks[role] ?? 0, residentMib(pids));
    }
  }
}
