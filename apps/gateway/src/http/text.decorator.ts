import { registerDecorator, type ValidationArguments, type ValidationOptions } from 'class-validator';
import { PLAIN_TEXT } from './plain-text.decorator.js';

/** Beyond plain text also without the C1 controls and the two Unicode line ends: what can be printed on one line. */
const PRINTABLE = /^[^\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}]*$/u;

interface TextOptions extends ValidationOptions {
  /** For keys that people compare by eye. */
  printable?: boolean;
}

/**
 * Text of `min` to `max` code points without control characters. Counted as the messages' schemas count: class-validator's Length
 * leaves some out, and what passed here would then be refused there, together with its neighbours in the pack.
 */
export function Text(min: number, max: number, options: TextOptions = {}): PropertyDecorator {
  const { printable = false, ...rest } = options;
  return (target, propertyKey) =>
    registerDecorator({
      name: 'text',
      target: target.constructor,
      propertyName: String(propertyKey),
      options: rest,
      validator: {
        validate: (value: unknown) => wrongWith(value, min, max, printable) === undefined,
        defaultMessage: (context?: ValidationArguments) => {
          const values: unknown[] = rest.each && Array.isArray(context?.value) ? context.value : [context?.value];
          const wrong = values.map((value) => wrongWith(value, min, max, printable)).find(Boolean);
          return `${rest.each ? 'each ' : ''}${wrong ?? 'must be text'}`;
        },
      },
    });
}

export function isText(value: unknown, min: number, max: number): value is string {
  return wrongWith(value, min, max, false) === undefined;
}

function wrongWith(value: unknown, min: number, max: number, printable: boolean): string | undefined {
  if (typeof value !== 'string') return 'must be a string';
  // A code point is at most two units: what is longer need not be counted.
  const length = value.length > 2 * max ? Number.POSITIVE_INFINITY : codePoints(value);
  if (length < min || length > max) return `must have ${min} to ${max} characters`;
  if (!(printable ? PRINTABLE : PLAIN_TEXT).test(value)) return 'must not contain control characters or broken Unicode';
  return undefined;
}

function codePoints(text: string): number {
  let count = 0;
  for (const _point of text) count += 1;
  return count;
}
