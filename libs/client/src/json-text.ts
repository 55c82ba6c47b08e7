import type { BatchItem, SubmitJobRequest } from './types/submit.js';

/**
 * JSON that is sent as it is written: integers beyond 2^53 keep their digits, numbers and members their form. As a payload, or as
 * a whole submission of a batch. Throws a SyntaxError unless it is exactly one JSON value.
 */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    JSON.parse(text);
    this.text = text.trim();
  }

  /** Anywhere else it is its value, as JavaScript can hold it. */
  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/** The body of a submission, or its place in a batch. */
export function submissionText(request: SubmitJobRequest | BatchItem | JsonText): string {
  if (request instanceof JsonText) return request.text;
  const { payload, ...rest } = request;
  if (!(payload instanceof JsonText)) return JSON.stringify(request);
  const others = JSON.stringify(rest).slice(1, -1);
  return `{${others}${others && ','}"payload":${payload.text}}`;
}
