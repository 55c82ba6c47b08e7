/**
 * The legal moves once more, written down apart from the product: a checker that asked the product's own table would agree with any
 * mistake in it. A spec compares the two.
 */
export const LEGAL_MOVES: Readonly<Record<string, readonly string[]>> = {
  blocked: ['scheduled', 'queued', 'cancelled', 'expired'],
  scheduled: ['queued', 'cancelled', 'expired'],
  queued: ['running', 'cancelled', 'expired'],
  running: ['succeeded', 'failed', 'scheduled', 'queued', 'cancelled'],
  succeeded: ['scheduled', 'queued'],
  failed: ['scheduled', 'queued'],
  cancelled: ['scheduled', 'queued'],
  expired: ['scheduled', 'queued'],
};

export const HOT = ['blocked', 'scheduled', 'queued', 'running'];
export const TERMINAL = ['succeeded', 'failed', 'cancelled', 'expired'];
/** A new job stands in one of these. */
export const FIRST = ['blocked', 'scheduled', 'queued'];

export const isLegal = (from: string, to: string): boolean => LEGAL_MOVES[from]?.includes(to) ?? false;
