import type { JobState } from '@windlass/client';

export const JOB_STATES: readonly JobState[] = [
  ...(['blocked', 'scheduled', 'queued', 'running', 'succeeded', 'failed', 'cancelled', 'expired'] as const),
];
