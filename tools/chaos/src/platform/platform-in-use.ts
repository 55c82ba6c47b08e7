import { isPassed, type RoundReport } from '../round/run-round.js';
import { clearHistory } from './clear-history.js';
import type { Platform } from './open-platform.js';

/** Starting all services is a good part of a short round; a platform of some age has faults behind it that a new one has not. */
const ROUNDS = 10;

/** One platform for a few rounds, as long as each leaves it in order. */
export class PlatformInUse {
  private platform: Platform | undefined;
  private rounds = 0;

  constructor(private readonly open: () => Promise<Platform>) {}

  async take(): Promise<Platform> {
    if (!this.platform) {
      this.platform = await this.open();
      this.rounds = 0;
    }
    this.rounds += 1;
    return this.platform;
  }

  /** Clears the platform for the next round, or ends it. @param report absent: the round broke off */
  async settle(report: RoundReport | undefined): Promise<void> {
    if (!this.platform) return;
    if (!report?.quiet || !isPassed(report) || this.rounds >= ROUNDS) return this.end();
    const jobs = new Set(report.history.changes.flatMap(({ jobId }) => jobId ?? []));
    await clearHistory(this.platform, jobs).catch(() => this.end());
  }

  async end(): Promise<void> {
    const ending = this.platform;
    this.platform = undefined;
    await ending?.close();
  }
}
