export { type AttemptEnd, type Decision, decideAttempt, MAX_RELEASES, type RetryPolicy } from './decide-attempt.js';
export { LEASE, type LeasePolicy } from './lease-policy.js';
export { retryDelayMs } from './retry-delay.js';
export { canMove, HOT_STATES, isTerminal, STATES, TERMINAL_STATES, TRANSITIONS } from './states.js';
