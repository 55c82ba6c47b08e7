import { QueueName } from '@windlass/contracts';
import { registerDecorator } from 'class-validator';
import { parseTime } from './parse-time.js';

const QUEUE_NAME = new RegExp(QueueName.pattern ?? '');
const MAX_QUEUE_NAME = QueueName.maxLength ?? 0;

export function isQueueName(text: string): boolean {
  return text.length <= MAX_QUEUE_NAME && QUEUE_NAME.test(text);
}

/** One rule with one message. */
function rule(name: string, message: string, validate: (value: unknown) => boolean): PropertyDecorator {
  return (target, propertyKey) =>
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: String(propertyKey),
      options: { message },
      validator: { validate },
    });
}

/** A time with a zone. */
export function IsTime(): PropertyDecorator {
  return rule('time', 'must be an ISO 8601 time with a zone, such as 2026-01-31T08:00:00Z', (value) =>
    Number.isFinite(parseTime(value)),
  );
}

export function IsQueueName(): PropertyDecorator {
  return rule(
    'queueName',
    `must be a queue name: at most ${MAX_QUEUE_NAME} lower-case letters, digits, dots and hyphens, such as cad.urgent`,
    (value) => typeof value === 'string' && isQueueName(value),
  );
}

/** A whole number in JSON, and no -0: whoever sends that has miscalculated. */
export function Whole(min: number, max: number): PropertyDecorator {
  return rule('whole', `must be a whole number from ${min} to ${max}`, (value) => isWhole(value, min, max));
}

export function isWhole(value: unknown, min: number, max: number): boolean {
  return Number.isInteger(value) && !Object.is(value, -0) && Number(value) >= min && Number(value) <= max;
}

/** One of a few words, which the refusal names. */
export function OneOf(words: readonly string[]): PropertyDecorator {
  return rule('oneOf', `must be one of: ${words.join(', ')}`, (value) => words.includes(value as string));
}
