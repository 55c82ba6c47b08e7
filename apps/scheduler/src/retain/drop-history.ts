import type { Logger } from '@windlass/service-kit';
import {
  type Database,
  dropWeek,
  findEndedWeek,
  type KeptClass,
  type LeaderTerm,
  sweepDefault,
  sweepWeek,
  watchWeek,
} from '@windlass/store';

/** 4 MiB of a partition in one statement: some thousand rows, some ten milliseconds. */
const PAGES_AT_ONCE = 512;
/** One turn takes a second or so: a stop waits for it. */
const STEPS_A_TURN = 20;
/** Rows that one drop may carry over while it holds everybody off. Where more ended late, the week waits until they are old as well. */
const MAX_LATE = 5_000;
const DEFAULT_AT_ONCE = 200;
/** A lock was not to be had within its second, or several took too long together, or somebody waited for us: nothing was done. */
const BUSY_CODES = new Set(['55P03', '57014', '40P01']);
/** Others did not make way: the next try. */
const BUSY_MS = 30_000;

interface Week {
  /** Another leader may have begun anew in between: what was found and noted is good for one term. */
  term: number;
  kept: KeptClass;
  week: string;
  watched: boolean;
  /** Where the sweep stands; undefined once it has come to the end. */
  page: number | undefined;
  late: Set<string>;
}

/**
 * Removes what has been kept long enough: weeks of partitions are swept in bounded steps, then dropped whole; the default partitions lose
 * some rows at a time. Stands between turns where it stopped; another leader begins anew.
 */
export class HistoryDrop {
  private current: Week | undefined;
  /** Weeks that wait for their late rows, by class; looked at again with the next round. */
  private readonly postponed = new Map<string, string[]>();

  constructor(
    private readonly db: Pick<Database, 'engine'>,
    private readonly logger: Logger,
    private readonly classes: KeptClass[],
  ) {}

  /** One turn. Answers how soon it wants the next one; undefined when there is nothing left to do for now. */
  async turn(term: LeaderTerm): Promise<number | undefined> {
    if (this.current?.term !== term.term) this.current = undefined;
    for (let step = 0; step < STEPS_A_TURN; step += 1) {
      this.current ??= await this.nextWeek(term);
      if (!this.current) return this.sweepDefaults(term);
      const waitMs = await this.advance(term, this.current);
      if (waitMs !== undefined) return waitMs;
    }
    return 0;
  }

  private async nextWeek({ term }: LeaderTerm): Promise<Week | undefined> {
    for (const kept of this.classes) {
      const week = await findEndedWeek(this.db.engine, kept, this.postponed.get(kept.retention) ?? []);
      if (week !== undefined) return { term, kept, week, watched: false, page: 0, late: new Set() };
    }
    return undefined;
  }

  /** One step of a week. Answers the pause that it asks for, if any. */
  private async advance(term: LeaderTerm, week: Week): Promise<number | undefined> {
    if (!week.watched) return this.unlessBusy(week, () => this.watch(term, week));
    if (week.page === undefined) return this.unlessBusy(week, () => this.drop(term, week));
    const pages = { week: week.week, fromPage: week.page, pages: PAGES_AT_ONCE };
    const swept = await sweepWeek(this.db.engine, term, week.kept, pages);
    if (!swept) return this.giveUp();
    for (const id of swept.late) week.late.add(id);
    if (week.late.size > MAX_LATE) {
      this.postpone(week);
      return undefined;
    }
    week.page = swept.nextPage;
    return undefined;
  }

  private async watch(term: LeaderTerm, week: Week): Promise<number | undefined> {
    week.watched = await watchWeek(this.db.engine, term, week.kept, week.week);
    return week.watched ? undefined : this.giveUp();
  }

  private async drop(term: LeaderTerm, week: Week): Promise<number | undefined> {
    const { retention } = week.kept;
    const keep = { week: week.week, keep: [...week.late] };
    const dropped = await dropWeek(this.db.engine, term, week.kept, keep);
    if (dropped === undefined) return this.giveUp();
    this.logger.info(
      { operation: 'retain', retention, week: week.week, dropped, carriedOver: week.late.size },
      `finished jobs of class ${retention} made in the week from ${week.week} are gone`,
    );
    this.current = undefined;
    return undefined;
  }

  private async unlessBusy(
    { kept: { retention }, week }: Week,
    step: () => Promise<number | undefined>,
  ): Promise<number | undefined> {
    try {
      return await step();
    } catch (error) {
      if (!BUSY_CODES.has((error as { code?: string }).code ?? '')) throw error;
      this.logger.info({ operation: 'retain', retention, week }, 'partitions are in use, dropped later');
      return BUSY_MS;
    }
  }

  /** The term is over: whoever leads begins anew. */
  private giveUp(): number {
    this.current = undefined;
    return BUSY_MS;
  }

  private postpone(week: Week): void {
    const { retention } = week.kept;
    this.postponed.set(retention, [...(this.postponed.get(retention) ?? []), week.week]);
    this.current = undefined;
    this.logger.info(
      { operation: 'retain', retention, week: week.week },
      'many jobs of that week ended late: it is dropped once they are old enough',
    );
  }

  private async sweepDefaults(term: LeaderTerm): Promise<number | undefined> {
    let more = false;
    for (const kept of this.classes)
      more = (await sweepDefault(this.db.engine, term, kept, DEFAULT_AT_ONCE)) === DEFAULT_AT_ONCE || more;
    if (more) return 0;
    this.postponed.clear();
    return undefined;
  }
}
