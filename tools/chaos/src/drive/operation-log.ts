import type { ClientOperation } from '@windlass/proof';
import { type Answer, outcomeOf } from './call-gateway.js';

type Told = Pick<ClientOperation, 'op' | 'key' | 'jobId'>;

/** The client's own account: each call, when it began and ended, and what was answered. */
export class OperationLog {
  readonly operations: ClientOperation[] = [];

  /** @param answer of the call, or of one item of a batch */
  add(told: Told, answer: Pick<Answer, 'status' | 'code'>, fromMs: number, state?: string): void {
    const { status, code } = answer;
    this.operations.push({
      ...told,
      outcome: outcomeOf(answer),
      status,
      ...(code === undefined ? {} : { code }),
      ...(state === undefined ? {} : { state }),
      fromMs,
      toMs: Date.now(),
    });
  }

  /** How often each answer came, such as `submit 503 store.unavailable`. */
  get answers(): Record<string, number> {
    const answers: Record<string, number> = {};
    for (const { op, status, code } of this.operations) {
      const name = [op, status === 0 ? 'no answer' : status, code].filter((part) => part !== undefined).join(' ');
      answers[name] = (answers[name] ?? 0) + 1;
    }
    return answers;
  }

  get accepted(): number {
    return new Set(
      this.operations.filter((each) => each.op === 'submit' && each.outcome === 'ok').map((each) => each.key),
    ).size;
  }
}
