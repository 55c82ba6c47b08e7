import type { FuzzAnswer } from '../http/send-request.js';
import { codeOf } from './judge-answer.js';

interface Problem {
  detail: string;
  errors?: { path: string; message: string }[];
}

/** Whether a refusal for the sake of one field says which field it is and what would be right. */
export function judgeFieldRefusal(answer: FuzzAnswer, pointer: string): string[] {
  if (answer.status < 400 || answer.status >= 500) return [`status ${answer.status} is no refusal`];
  // Others speak of the whole body, of a state or of something that does not exist; their detail says it.
  if (codeOf(answer) !== 'http.fields-invalid') return [];
  const { errors = [] } = JSON.parse(answer.text) as Problem;
  const named = errors.filter(({ path }) => isAbout(path, pointer));
  if (named.length === 0)
    return [`the refusal names ${errors.map(({ path }) => path).join(', ') || 'nothing'}, not ${pointer}`];
  return named.some(({ message }) => message.length > 3) ? [] : ['the refusal does not say what would be right'];
}

/** The soft limit lies below the hard one: where they do not fit, the soft one is named. */
const TOGETHER = /\/hardMs$/;

/** The field itself, something within it, or the list that it stands in. */
function isAbout(path: string, pointer: string): boolean {
  const field = pointer.replace(/\/0$/, '');
  if (path === pointer.replace(TOGETHER, '/softMs')) return true;
  return path === pointer || path === field || path.startsWith(`${field}/`);
}

/** The item of a batch's answer as an answer of its own: a bad item fails alone. */
export function itemAnswer(answer: FuzzAnswer): FuzzAnswer {
  const body = readItems(answer.text);
  const [item] = body ?? [];
  if (answer.status !== 202 || !item) return answer;
  const headers = { ...answer.headers, ...(item.problem ? { 'content-type': 'application/problem+json' } : {}) };
  return { ...answer, status: item.status, headers, text: JSON.stringify(item.problem ?? item) };
}

function readItems(text: string): { status: number; problem?: object }[] | undefined {
  try {
    return (JSON.parse(text) as { items?: { status: number; problem?: object }[] }).items;
  } catch {
    return undefined;
  }
}
