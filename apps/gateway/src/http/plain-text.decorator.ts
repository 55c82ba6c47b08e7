import { Matches, type ValidationOptions } from 'class-validator';

/** No control characters, NUL above all, and no half of a surrogate pair: text columns refuse the one and alter the other. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the point
export const PLAIN_TEXT = /^[^\u0000-\u001f\u007f\p{Surrogate}]*$/u;

export function PlainText(options: ValidationOptions = {}): PropertyDecorator {
  return Matches(PLAIN_TEXT, { message: 'must not contain control characters or broken Unicode', ...options });
}
