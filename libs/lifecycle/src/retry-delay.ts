import type { Backoff } from '@windlass/contracts';

/**
 * Delay in ms before the attempt after `attempt` (from 1). Exponential: delayMs × 2^(attempt−1), capped by maxDelayMs; a list has one
 * delay for each retry, the last one for all further ones.
 * Jitter is "equal jitter" (Brooker, "Exponential Backoff And Jitter", 2015): that share of the delay is uniformly random.
 * @param chance uniform in [0, 1)
 */
export function retryDelayMs(backoff: Backoff, attempt: number, chance: number): number {
  const full = fullDelayMs(backoff, attempt);
  const jitter = backoff.jitter ?? 0;
  return Math.round(full * (1 - jitter) + full * jitter * chance);
}

function fullDelayMs(backoff: Backoff, attempt: number): number {
  if (backoff.kind === 'list') return backoff.delaysMs[Math.min(attempt, backoff.delaysMs.length) - 1] ?? 0;
  // 2^30 × 1 ms is 12 days: a larger exponent only overflows.
  const factor = backoff.kind === 'fixed' ? 1 : 2 ** Math.min(attempt - 1, 30);
  return Math.min(backoff.delayMs * factor, backoff.maxDelayMs ?? 86_400_000);
}
