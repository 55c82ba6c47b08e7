/** Figures of the hand-over. docs/decisions/0003-measured-river.md has the measurements. */
export const DISPATCH = {
  /** A job counts as handed over this long; queued past it, it is due again. */
  markMs: 60_000,
  /** Shorter than the mark: the old message is gone before the job is handed over again. */
  messageTtlMs: 55_000,
  /** Credit of the fast path, once learnt from PostgreSQL, is good for this long. */
  creditMs: 1_000,
  /** While jobs of the lane are unfinished, one pack per this long: fewer, fuller packs cost less in claims. */
  paceMs: 8,
  /** Jobs of a tiny type in one message. Heavy types travel one by one. */
  packSize: 200,
  /** A confirm takes a millisecond; past this the broker is away and the mark is taken back. */
  publishTimeoutMs: 5_000,
  /** What a lane keeps out beyond twice its slots. */
  spare: { tiny: 200, heavy: 1 },
} as const;
