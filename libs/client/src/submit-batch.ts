import { delayMs, isPassing, MAX_TRIES, pause } from './back-off.js';
import { type JsonText, submissionText } from './json-text.js';
import type { BatchAnswer, BatchItem, BatchItemResult } from './types/submit.js';
import { WindlassError } from './windlass-error.js';

export interface BatchOptions {
  /** At most 240 characters. With a key of your own the whole call can be repeated after an error: the same list under the same key makes each job once. */
  idempotencyKey?: string;
  /** Called for each part of a long list as soon as it is answered, in order; `first` is the index of its first submission. */
  onOutcomes?: (outcomes: BatchItemResult[], first: number) => void;
  signal?: AbortSignal;
}

/** What the service takes in one request. */
const MAX_ITEMS = 1_000;
const MAX_BYTES = 4 * 1_048_576;
const HEAD = '{"jobs":[';
const TAIL = ']}';

interface Part {
  first: number;
  texts: string[];
  bytes: number;
}

type SendPart = (body: string, idempotencyKey: string) => Promise<BatchAnswer>;

/** Outcomes in the order of the submissions. Rejects when a part is not answered at all; the parts before it stay accepted. */
export async function submitBatch(
  jobs: readonly (BatchItem | JsonText)[],
  send: SendPart,
  options: BatchOptions & { idempotencyKey: string },
): Promise<BatchItemResult[]> {
  const all: BatchItemResult[] = [];
  for (const part of partsOf(jobs)) {
    // The service numbers the submissions of each request anew.
    const key = part.first === 0 ? options.idempotencyKey : `${options.idempotencyKey}.${part.first}`;
    const outcomes =
      part.bytes > MAX_BYTES ? [tooLarge(part)] : await sendPart(part, (body) => send(body, key), options);
    const counted = part.first === 0 ? outcomes : outcomes.map((outcome) => countedFrom(part.first, outcome));
    options.onOutcomes?.(counted, part.first);
    for (const outcome of counted) all.push(outcome);
  }
  return all;
}

/** As many as fit, in order, so that the same list is always parted the same way and keeps its keys. */
function* partsOf(jobs: readonly (BatchItem | JsonText)[]): Generator<Part> {
  const encoder = new TextEncoder();
  const empty = (first: number): Part => ({ first, texts: [], bytes: HEAD.length + TAIL.length });
  let part = empty(0);
  for (const [index, job] of jobs.entries()) {
    const text = submissionText(job);
    // And its comma.
    const bytes = encoder.encode(text).length + 1;
    const full = part.texts.length === MAX_ITEMS || part.bytes + bytes > MAX_BYTES;
    if (full && part.texts.length > 0) {
      yield part;
      part = empty(index);
    }
    part.texts.push(text);
    part.bytes += bytes;
  }
  if (part.texts.length > 0) yield part;
}

/** Sent again as a whole while the service puts some of it off: what was accepted is recognised by its key. */
async function sendPart(
  part: Part,
  send: (body: string) => Promise<BatchAnswer>,
  { signal }: BatchOptions,
): Promise<BatchItemResult[]> {
  const body = HEAD + part.texts.join(',') + TAIL;
  let outcomes: BatchItemResult[] | undefined;
  for (let tries = 1; ; tries += 1) {
    const { items } = await send(body);
    if (items?.length !== part.texts.length) {
      throw new WindlassError('client.unexpected', 'The service did not answer each submission of the batch.', 202);
    }
    outcomes = outcomes?.map((known, index) => (putOff(known) ? (items[index] ?? known) : known)) ?? items;
    const asked = outcomes.flatMap((outcome) => putOff(outcome) ?? []);
    if (asked.length === 0 || tries === MAX_TRIES) return outcomes;
    await pause(delayMs(Math.max(...asked), tries), signal);
  }
}

/** How long the service asks to wait, if it may accept the submission later. */
function putOff(outcome: BatchItemResult): number | undefined {
  if (!('problem' in outcome)) return undefined;
  const { status, problem } = outcome;
  return isPassing({ status, code: problem.code }) ? (problem.retryAfterMs ?? 0) : undefined;
}

/** Paths in a refusal name the submission within its request; here they name it within the whole list. */
function countedFrom(first: number, outcome: BatchItemResult): BatchItemResult {
  if (!('problem' in outcome)) return outcome;
  const shift = (text: string) => text.replace(/^\/jobs\/(\d+)/, (_path, index) => `/jobs/${first + Number(index)}`);
  const { problem, status } = outcome;
  const errors = problem.errors?.map((each) => ({ ...each, path: shift(each.path) }));
  return { status, problem: { ...problem, detail: shift(problem.detail), ...(errors ? { errors } : {}) } };
}

function tooLarge({ first, bytes }: Part): BatchItemResult {
  const problem = {
    type: 'urn:windlass:fault:http.body-too-large',
    title: 'The body is too large',
    status: 413,
    code: 'http.body-too-large',
    detail: `Submission ${first} has ${bytes} bytes; upload what is large as a file and name it in the payload.`,
  };
  return { status: 413, problem };
}
