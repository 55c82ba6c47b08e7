import type { FuzzAnswer, FuzzRequest } from '../http/send-request.js';

const MAX_PART = 240;

/** Request and answer on one line, short, without the token. */
export function describeExchange(sent: FuzzRequest, answer?: FuzzAnswer): string {
  const { authorization: _, ...headers } = sent.headers ?? {};
  const told = [
    `${sent.method} ${short(sent.path)}`,
    Object.keys(headers).length > 0 ? short(JSON.stringify(headers)) : '',
    sent.body === undefined ? '' : short(sent.body.toString()),
    answer ? `→ ${answer.status} ${short(answer.text)}` : '',
  ];
  return told.filter(Boolean).join(' ');
}

function short(text: string): string {
  // Control characters of a hostile case must not reach a terminal.
  const plain = text
    .slice(0, MAX_PART)
    .replace(/[^\x20-\x7e\u00a0-\uffff]/g, (one) => `\\x${one.charCodeAt(0).toString(16)}`);
  return text.length > MAX_PART ? `${plain}… (${text.length} characters)` : plain;
}
