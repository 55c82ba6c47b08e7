import { atMost, holds, type Judged } from '../../load/report-goals.js';
import { quantile, spread } from '../../load/statistics.js';
import { GOAL_BEYOND_TTL_MS, type LeaderKill, type LeaderPause } from './failover-measures.js';

export function judgeFailover(kills: readonly LeaderKill[], pauses: readonly LeaderPause[], ttlMs: number): Judged {
  const led = kills.flatMap(({ ledMs }) => ledMs ?? []);
  const dispatched = kills.flatMap(({ dispatchedMs }) => dispatchedMs ?? []);
  const due = kills.filter(({ dispatchedBefore }) => !dispatchedBefore);
  const pausedLed = pauses.flatMap(({ ledMs }) => ledMs ?? []);
  const goalMs = ttlMs + GOAL_BEYOND_TTL_MS;
  const goal = `TTL + ${GOAL_BEYOND_TTL_MS / 1_000} s`;
  const sum = (value: (pause: LeaderPause) => number) => pauses.reduce((total, pause) => total + value(pause), 0);
  const [staleWrites, movedByOldTerm] = [sum((each) => each.staleWrites), sum((each) => each.movedByOldTerm)];
  return {
    figures: {
      goalMs,
      kills: kills.length,
      pauses: pauses.length,
      dispatchedBeforeKill: kills.length - due.length,
      ...spread('failover', led),
      ...spread('dispatch', dispatched),
      ...spread('failoverOfPaused', pausedLed),
      ...{ staleWrites, movedByOldTerm, movedByNewLeader: sum((each) => each.movedByNewLeader) },
    },
    goals: [
      atMost(`another leads within ${goal} of the kill, p99`, quantile(led, 0.99), goalMs),
      holds('another led after every kill', kills.length > 0 && led.length === kills.length),
      holds('what fell due was dispatched after every kill', dispatched.length > 0 && dispatched.length === due.length),
      atMost(`another leads within ${goal} of the pause, p99`, quantile(pausedLed, 0.99), goalMs),
      holds('another led in every pause', pauses.length > 0 && pausedLed.length === pauses.length),
      holds(
        'with its old term the paused leader moves nothing, and the new one moves what is due',
        movedByOldTerm === 0 && pauses.every(({ movedByNewLeader }) => movedByNewLeader > 0),
      ),
      holds('no scheduler wrote while another led', staleWrites === 0),
      holds(
        'each leader that was paused steps down',
        pauses.every(({ stepsDown }) => stepsDown),
      ),
    ],
  };
}
