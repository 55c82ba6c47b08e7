import { maskText } from '../log/mask-text.js';
import type { EnvField } from './env.decorator.js';

/** What a field's text means, or a sentence about why it means nothing. */
export type Converted = { value: unknown } | { fault: string };

export function convertValue(field: EnvField, text: string): Converted {
  // A secret is not quoted; of other values only what looks like credentials is masked.
  const shown = field.secret ? 'the value' : JSON.stringify(maskText(text));
  if (field.kind === 'number') {
    return /^[+-]?\d+(\.\d+)?$/.test(text) ? { value: Number(text) } : { fault: `${shown} is not a number` };
  }
  if (field.kind === 'boolean') {
    if (text === 'true' || text === '1') return { value: true };
    return text === 'false' || text === '0' ? { value: false } : { fault: `${shown} is neither true nor false` };
  }
  if (field.kind === 'list') {
    return {
      value: text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    };
  }
  return { value: text };
}
