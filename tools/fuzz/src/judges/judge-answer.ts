import type { FuzzAnswer, FuzzRequest } from '../http/send-request.js';
import type { DocumentedAnswer, Operation } from '../openapi/api-document.js';
import { findLeaks } from './find-leak.js';

export const PROBLEM = 'application/problem+json';

/** Refused by the HTTP server before any operation is chosen, so no operation documents it: the code proves that. */
const BEFORE_ROUTING: Readonly<Record<number, string>> = {
  400: 'http.request-malformed',
  404: 'http.route-unknown',
  405: 'http.method-not-allowed',
  408: 'http.request-timeout',
  431: 'http.headers-too-large',
};

/** What is wrong with any answer of the platform, whatever was asked: nothing for a good one. */
export function judgeAnswer(sent: FuzzRequest, answer: FuzzAnswer): string[] {
  const faults = [...judgeStatus(answer), ...judgeHeaders(answer)];
  if (answer.status >= 400 && !sent.path.startsWith('/health')) faults.push(...judgeProblem(sent, answer));
  return faults;
}

/** The same, and whether the answer is one that the document names for this operation. */
export function judgeDocumented(operation: Operation, sent: FuzzRequest, answer: FuzzAnswer): string[] {
  const faults = judgeAnswer(sent, answer);
  const documented = operation.answers.get(answer.status);
  const code = codeOf(answer);
  if (code !== undefined && BEFORE_ROUTING[answer.status] === code) return faults;
  if (!documented) return [...faults, `status ${answer.status} is not documented for ${operation.name}`];
  if (code !== undefined && documented.codes.length > 0 && !documented.codes.includes(code))
    faults.push(`code ${code} is not documented for ${answer.status} of ${operation.name}`);
  return [...faults, ...judgeContent(documented, answer)];
}

function judgeStatus(answer: FuzzAnswer): string[] {
  const mayRetry = answer.headers['retry-after'] !== undefined;
  if (answer.status === 503 || answer.status === 429) return mayRetry ? [] : [`${answer.status} without Retry-After`];
  return answer.status >= 500 ? [`status ${answer.status}`] : [];
}

function judgeHeaders({ headers }: FuzzAnswer): string[] {
  const faults = /^[\x21-\x7e]{1,200}$/.test(headers['x-request-id'] ?? '') ? [] : ['no X-Request-Id'];
  for (const name of ['x-powered-by', 'server']) if (name in headers) faults.push(`it has the header ${name}`);
  return faults;
}

function judgeProblem(sent: FuzzRequest, answer: FuzzAnswer): string[] {
  const type = answer.headers['content-type'] ?? 'nothing';
  if (sent.method === 'HEAD') return [];
  if (!type.startsWith(PROBLEM)) return [`a refusal as ${type} instead of ${PROBLEM}`];
  const problem = readJson(answer.text) as { status?: unknown; code?: unknown; detail?: unknown } | undefined;
  if (typeof problem !== 'object' || problem === null) return ['a problem that is no JSON object'];
  const said = [sent.path, decoded(sent.path), ...Object.values(sent.headers ?? {})].join('\n');
  // Twice: as a body of its own, which is read as JSON, and beside the rest.
  const faults = findLeaks(answer.text, sent.body?.toString() ?? '').filter((fault) =>
    findLeaks(answer.text, said).includes(fault),
  );
  if (problem.status !== answer.status)
    faults.push(`status ${String(problem.status)} in a problem of ${answer.status}`);
  if (typeof problem.code !== 'string' || typeof problem.detail !== 'string' || problem.detail.length < 10)
    faults.push('a problem without code and detail');
  return faults;
}

function judgeContent(documented: DocumentedAnswer, answer: FuzzAnswer): string[] {
  if (documented.contents.size === 0) return answer.text === '' ? [] : ['a body where none is documented'];
  const type = (answer.headers['content-type'] ?? '').split(';', 1)[0]?.trim() ?? '';
  const key = [type, '*/*'].find((each) => documented.contents.has(each));
  if (key === undefined) return [`content type "${type}" is not documented for ${answer.status}`];
  const validate = documented.contents.get(key);
  if (!validate || answer.cut) return [];
  const value = readJson(answer.text);
  if (value === undefined) return ['the body is not JSON'];
  if (validate(value)) return [];
  const errors = (validate.errors ?? []).slice(0, 3);
  return errors.map(
    ({ instancePath, message, params }) => `body ${instancePath || '/'} ${message ?? ''} ${JSON.stringify(params)}`,
  );
}

/** Of a problem. */
export function codeOf(answer: FuzzAnswer): string | undefined {
  if (!answer.headers['content-type']?.startsWith(PROBLEM)) return undefined;
  const problem = readJson(answer.text) as { code?: unknown } | null | undefined;
  return typeof problem?.code === 'string' ? problem.code : undefined;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
