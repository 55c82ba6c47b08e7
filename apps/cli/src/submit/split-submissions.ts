import { JsonText } from '@windlass/client';
import { UsageFailure } from '../frame/cli-failure.js';

/** Submissions as they were written: JSON lines, or one JSON array. Everything is checked before anything is sent. */
export function splitSubmissions(text: string): JsonText[] {
  // An empty byte order mark is what some editors begin files with.
  const trimmed = text.replace(/^\ufeff/, '').trim();
  const items = trimmed.startsWith('[') ? elementsOf(trimmed) : linesOf(trimmed);
  if (items.length === 0) throw new UsageFailure('There are no submissions.', HINT);
  return items;
}

const HINT = 'Give one JSON object a line, or an array of them, such as {"type":"hash","payload":{}}.';

function linesOf(text: string): JsonText[] {
  return text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [submission(line, `Line ${index + 1}`)]));
}

function elementsOf(text: string): JsonText[] {
  parsed(text, 'The array');
  return sliceElements(text).map((element, index) => submission(element, `Element ${index + 1}`));
}

function submission(text: string, what: string): JsonText {
  const json = parsed(text, what);
  if (!json.text.startsWith('{')) throw new UsageFailure(`${what} is not a JSON object.`, HINT);
  return json;
}

function parsed(text: string, what: string): JsonText {
  try {
    return new JsonText(text);
  } catch (error) {
    throw new UsageFailure(`${what} is not JSON: ${(error as Error).message}`, HINT);
  }
}

/** The elements' source texts. `text` is a valid JSON array, so only strings and depth need a look. */
function sliceElements(text: string): string[] {
  const elements: string[] = [];
  let depth = 0;
  let from = 1;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') at = endOfString(text, at);
    else if (char === '[' || char === '{') depth += 1;
    else if (char === '}') depth -= 1;
    else if (char === ']') depth -= 1;
    const ends = (depth === 1 && char === ',') || depth === 0;
    if (!ends) continue;
    const element = text.slice(from, at);
    // The only element that can be blank is that of an empty array.
    if (element.trim() !== '') elements.push(element);
    from = at + 1;
  }
  return elements;
}

/** Index of the quote that closes the string opened at `at`. */
function endOfString(text: string, at: number): number {
  let end = at + 1;
  while (text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
  return end;
}
