import { MAX_DELAY_MS } from '@windlass/contracts';
import { registerDecorator } from 'class-validator';
import { isWhole } from '../http/field-forms.decorator.js';

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** More digits are more than 366 days in any unit, also with zeros in front. */
const DURATION = /^(\d{1,11})(ms|s|m|h|d)$/;

/** Whole milliseconds, or a whole number with a unit, up to 366 days; NaN for anything else. */
export function parseDuration(value: unknown): number {
  if (typeof value === 'number') return isWhole(value, 0, MAX_DELAY_MS) ? value : Number.NaN;
  const [, digits, unit] = (typeof value === 'string' && DURATION.exec(value)) || [];
  const ms = Number(digits) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
  return ms <= MAX_DELAY_MS ? ms : Number.NaN;
}

/** From `minMs` up to 366 days. */
export function IsDuration(minMs: number): PropertyDecorator {
  return (target, propertyKey) =>
    registerDecorator({
      name: 'duration',
      target: target.constructor,
      propertyName: String(propertyKey),
      options: {
        message: `must be whole milliseconds, or a whole number with a unit such as 500ms, 90s, 5m, 2h or 7d: from ${minMs}ms to 366d`,
      },
      validator: { validate: (value: unknown) => parseDuration(value) >= minMs },
    });
}
