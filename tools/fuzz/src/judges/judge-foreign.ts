import type { FuzzAnswer } from '../http/send-request.js';

/** Different in every answer, whatever it is about. */
const OF_THE_MOMENT = new Set(['x-request-id', 'date', 'keep-alive', 'connection']);

/**
 * Whether an answer about another tenant's object tells anything that the answer about an object that does not exist does not tell.
 * The ids are what was asked for: an echo of them may differ.
 */
export function judgeForeign(
  foreign: { id: string; answer: FuzzAnswer },
  missing: { id: string; answer: FuzzAnswer },
): string[] {
  const one = seen(foreign.id, foreign.answer);
  const two = seen(missing.id, missing.answer);
  const faults: string[] = [];
  if (foreign.answer.status < 300) faults.push(`a foreign object is served: ${foreign.answer.status}`);
  if (one.status !== two.status) faults.push(`a foreign object answers ${one.status}, a missing one ${two.status}`);
  if (one.text !== two.text) faults.push(`their bodies differ: ${one.text.slice(0, 200)} ≠ ${two.text.slice(0, 200)}`);
  if (one.headers !== two.headers) faults.push(`their headers differ: ${one.headers} ≠ ${two.headers}`);
  return faults;
}

function seen(id: string, { status, headers, text }: FuzzAnswer) {
  const told = Object.entries(headers).filter(([name]) => !OF_THE_MOMENT.has(name));
  const plain = (value: string) => value.replaceAll(id, '<id>');
  return { status, headers: plain(JSON.stringify(told.sort())), text: plain(text) };
}
