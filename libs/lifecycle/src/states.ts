import type { JobState } from '@windlass/contracts';

/** States of an unfinished job: the only ones in the hot table (mirrored by its CHECK). */
export const HOT_STATES = ['blocked', 'scheduled', 'queued', 'running'] as const satisfies readonly JobState[];
/** A run ends in exactly one of these; they stand in the history only (mirrored by its CHECK). */
export const TERMINAL_STATES = ['succeeded', 'failed', 'cancelled', 'expired'] as const satisfies readonly JobState[];
export const STATES: readonly JobState[] = [...HOT_STATES, ...TERMINAL_STATES];

/** Every legal move, with the reason that makes it. Nothing else may write a state. */
export const TRANSITIONS: Readonly<Record<JobState, Partial<Record<JobState, string>>>> = {
  blocked: { scheduled: 'parents done, later', queued: 'parents done', cancelled: 'cancel', expired: 'time to live' },
  scheduled: { queued: 'due', cancelled: 'cancel', expired: 'time to live' },
  queued: { running: 'claim', cancelled: 'cancel', expired: 'time to live' },
  running: {
    succeeded: 'report',
    failed: 'report or rescue: no attempt left, or none wanted; or given back too often',
    scheduled: 'retry after a delay',
    queued: 'retry at once, or given back before the start',
    cancelled: 'cancel, or the handler said so',
  },
  succeeded: { scheduled: 'replay, later', queued: 'replay' },
  failed: { scheduled: 'replay, later', queued: 'replay' },
  cancelled: { scheduled: 'replay, later', queued: 'replay' },
  expired: { scheduled: 'replay, later', queued: 'replay' },
};

export function canMove(from: JobState, to: JobState): boolean {
  return TRANSITIONS[from][to] !== undefined;
}

export function isTerminal(state: JobState): boolean {
  return (TERMINAL_STATES as readonly JobState[]).includes(state);
}
