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
  // However it ended: what is not promoted is collected.
  if (attempt.artifacts && attempt.artifacts.size > 0) report.artifacts = [...attempt.artifacts.values()];
  if (outcome.kind === 'succeeded') {
    report.result = outcome.result;
    return report;
  }
  report.error = errorOf(attempt, outcome);
  if (outcome.kind === 'failed' && outcome.retry !== 'default') report.retry = outcome.retry;
  return report;
}

function errorOf(attempt: HeldAttempt, outcome: Exclude<Outcome, { kind: 'succeeded' }>): AttemptError {
  switch (outcome.kind) {
    case 'failed':
    case 'cancelled':
      return outcome.error;
    case 'timed-out':
      return platformError('TimedOut', 'execute.timed-out', describeTimeout(attempt, outcome.durationMs));
    case 'crashed':
      return platformError('Crashed', 'execute.crashed', `The process of the handler ended: ${outcome.detail}`);
    case 'oom':
      return platformError('OutOfMemory', 'execute.oom', `Killed for its use of memory: ${outcome.detail}`);
    case 'aborted':
      return abortedError();
  }
}

/** Says nothing of a kill: a handler that runs inline cannot be killed, it is given up. */
function describeTimeout({ hardMs }: HeldAttempt, durationMs: number): string {
  if (durationMs < hardMs) return 'Stopped when it was asked to, at its soft limit.';
  return `Ended at its hard limit of ${hardMs} ms.`;
}

/** Without a run: the attempt of a cancelled job that had not started, or whose result nobody wants. */
export function describeAborted(attempt: HeldAttempt): AttemptReport {
  const artifacts = attempt.artifacts ? { artifacts: [...attempt.artifacts.values()] } : {};
  return { ...refOf(attempt), outcome: 'aborted', durationMs: 0, error: abortedError(), ...artifacts };
}

/** The handler's success, of which core will not have the result: what it stored is still to be collected. */
export function describeFailure(report: AttemptReport, failure: Pick<AttemptReport, 'error' | 'retry'>): AttemptReport {
  const { result: _, resultFile, artifacts = [], ...rest } = report;
  const stored = resultFile ? [...artifacts, resultFile] : artifacts;
  return { ...rest, outcome: 'failed', ...failure, ...(stored.length > 0 ? { artifacts: stored } : {}) };
}

/** In place of an outcome that core cannot store. */
export function describeRefusal(refused: AttemptReport, reason: string): AttemptReport {
  const { retry: _, peakRssBytes: __, ...rest } = refused;
  const message = `What the handler returned cannot be stored: ${reason}`;
  return describeFailure(rest, { error: platformError('DataRefused', 'report.data-refused', message) });
}

function abortedError(): AttemptError {
  return platformError('Aborted', 'execute.aborted', 'The worker stopped before the job was done.');
}

export function platformError(name: string, code: string, message: string): AttemptError {
  return { class: name, code, message: message.slice(0, 4_096).toWellFormed().replaceAll('\u0000', '\ufffd') };
}
