import { refusalOf } from '../file-refusal.js';
import type { FromChild, ToChild } from '../ipc-messages.js';
import type { Attempt } from './attempt.js';
import type { RunnerEvents } from './runner.contract.js';

/** Lets the worker fetch or put a file for a child, and tells the child how it went. */
export async function answerFileRequest(
  events: RunnerEvents,
  attempt: Attempt,
  { id, request }: FromChild & { t: 'file' },
  answer: (message: ToChild) => void,
): Promise<void> {
  try {
    const file = await events.onFileRequest(attempt.key, request, attempt.transferSignal);
    answer({ t: 'file-done', id, ...(file ? { file } : {}) });
  } catch (error) {
    answer({ t: 'file-done', id, error: refusalOf(error) });
  }
}
