import { isPassed, type RoundReport } from '../round/run-round.js';
import { clearHistory } from './clear-history.js';
import type { Platform } from './open-platform.js';

/** Starting all services is a good part of a short round; a platform of some age has faults behind it that a new one has not. */
const ROUNDS = 10;

/** One platform for a few rounds, as long as each leaves it in order. */
export class PlatformInUse {
  private platform: Promise<Platform> | undefined;
  private ending = Promise.resolve();
  private rounds = 0;

  constructor(private readonly open: () => Promise<Platform>) {}

  async take(): Promise<Platform> {
    if (!this.platform) {
      this.platform = this.open();
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
    await clearHistory(await this.platform, jobs).catch(() => this.end());
  }

  /** Also one that is still being opened, or was ended already and is not gone yet. */
  end(): Promise<void> {
    const opening = this.platform;
    this.platform = undefined;
    const before = this.ending.catch(() => undefined);
    this.ending = before.then(async () => (await opening?.catch(() => undefined))?.close());
    return this.ending;
  }
}
