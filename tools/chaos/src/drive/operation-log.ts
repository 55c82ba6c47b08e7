import type { ClientOperation } from '@windlass/proof';
import { type Answer, isServerError, lacksRetryAfter, outcomeOf } from './call-gateway.js';

type Told = Pick<ClientOperation, 'op' | 'key' | 'jobId'>;

/** The client's own account: each call, when it began and ended, and what was answered. */
export class OperationLog {
  readonly operations: ClientOperation[] = [];
  /** Of these, answered by a 5xx that the contract does not have. */
  readonly serverErrors: ClientOperation[] = [];
  /** Of these, turned away without a word on when to come again. */
  readonly withoutRetryAfter: ClientOperation[] = [];

  /** @param answer of the call, or of one item of a batch */
  add(told: Told, answer: Pick<Answer, 'status' | 'code' | 'retryAfterMs'>, fromMs: number, state?: string): void {
    const { status, code } = answer;
    const operation: ClientOperation = {
      ...told,
      outcome: outcomeOf(answer),
      status,
      ...(code === undefined ? {} : { code }),
      ...(state === undefined ? {} : { state }),
      fromMs,
      toMs: Date.now(),
    };
    this.operations.push(operation);
    if (isServerError(answer)) this.serverErrors.push(operation);
    if (lacksRetryAfter(answer)) this.withoutRetryAfter.push(operation);
  }

  get accepted(): number {
    return new Set(
      this.operations.filter((each) => each.op === 'submit' && each.outcome === 'ok').map((each) => each.key),
    ).size;
  }
}

/** How often each answer came, such as `submit 503 store.unavailable`. */
export function countAnswers(operations: readonly ClientOperation[]): Record<string, number> {
  const answers: Record<string, number> = {};
  for (const { op, status, code } of operations) {
    const name = [op, status === 0 ? 'no answer' : status, code].filter((part) => part !== undefined).join(' ');
    answers[name] = (answers[name] ?? 0) + 1;
  }
  return answers;
}
