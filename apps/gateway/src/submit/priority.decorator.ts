import { PRIORITIES } from '@windlass/contracts';
import { registerDecorator } from 'class-validator';
import { isWhole } from '../http/field-forms.decorator.js';

/** 0 to 9, or one of the names; NaN for anything else. */
export function parsePriority(value: unknown): number {
  if (typeof value === 'string' && Object.hasOwn(PRIORITIES, value))
    return PRIORITIES[value as keyof typeof PRIORITIES];
  return isWhole(value, 0, 9) ? (value as number) : Number.NaN;
}

export function IsPriority(): PropertyDecorator {
  return (target, propertyKey) =>
    registerDecorator({
      name: 'priority',
      target: target.constructor,
      propertyName: String(propertyKey),
      options: { message: `must be a whole number from 0 to 9, or one of: ${Object.keys(PRIORITIES).join(', ')}` },
      validator: { validate: (value: unknown) => !Number.isNaN(parsePriority(value)) },
    });
}
