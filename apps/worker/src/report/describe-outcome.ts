import type { AttemptError, AttemptReport } from '@windlass/contracts';
import type { Outcome } from '@windlass/handler-kit/runner';
import { type HeldAttempt, refOf } from '../execute/held-attempts.js';

/** How an attempt ended, as core records it. Texts are bounded and storable already: the handler kit sees to that. */
export function describeOutcome(attempt: HeldAttempt, outcome: Outcome): AttemptReport {
  const report: AttemptReport = {
    ...refOf(attempt),
    outcome: outcome.kind,
    durationMs: Math.max(0, outcome.durationMs),
  };
  if (outcome.peakRssBytes !== undefined) report.peakRssBytes = Math.max(0, Math.round(outcome.peakRssBytes));
  if (outcome.kind === 'succeeded') {
    report.result = outcome.result;
    if (attempt.artifacts) report.artifacts = [...attempt.artifacts.values()];
    return report;
  }
  report.error = errorOf(attempt, outcome);
  if (outcome.kind === 'failed' && outcome.retry !== 'default') report.retry = outcome.retry;
  return report;
}

function errorOf(attempt: HeldAttempt, outcome: Exclude<Outcome, { kind: 'succeeded' }>): AttemptError {
  switch (outcome.kind) {
    case 'failed':
      return outcome.error;
    case 'timed-out':
      return platformError('TimedOut', 'execute.timed-out', `Killed at its hard limit of ${attempt.hardMs} ms.`);
    case 'crashed':
      return platformError('Crashed', 'execute.crashed', `The process of the handler ended: ${outcome.detail}`);
    case 'oom':
      return platformError('OutOfMemory', 'execute.oom', `Killed for its use of memory: ${outcome.detail}`);
    case 'aborted':
      return platformError('Aborted', 'execute.aborted', 'The worker stopped before the job was done.');
  }
}

/** In place of an outcome that core cannot store. */
export function describeRefusal(refused: AttemptReport, reason: string): AttemptReport {
  const { jobId, run, epoch, token, durationMs } = refused;
  const error = platformError(
    'DataRefused',
    'report.data-refused',
    `What the handler returned cannot be stored: ${reason}`,
  );
  return { jobId, run, epoch, token, durationMs, outcome: 'failed', error };
}

function platformError(name: string, code: string, message: string): AttemptError {
  return { class: name, code, message: message.slice(0, 4_096).toWellFormed().replaceAll('\u0000', '\ufffd') };
}
