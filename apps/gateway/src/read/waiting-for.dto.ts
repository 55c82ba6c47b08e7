import type { ApiPropertyOptions } from '@nestjs/swagger';
import type { WaitingFor } from '@windlass/client';

export type WaitingForDto = WaitingFor;

type Properties = Record<string, Record<string, unknown>>;
const text = { type: 'string' };
const whole = { type: 'integer' };
const time = { type: 'string', format: 'date-time' };

function reason(kinds: string[], properties: Properties) {
  return {
    type: 'object',
    required: ['kind', ...Object.keys(properties)],
    properties: { kind: { type: 'string', enum: kinds }, ...properties },
  };
}

/** One form for each kind: a class per form would say the same in ten times the lines. */
export const WAITING_FOR_SCHEMA = {
  type: 'array',
  description: 'Why it does not run, in the order in which these have to pass. When it is read alone, without a wait.',
  items: {
    oneOf: [
      reason(['delay', 'retry'], { until: time }),
      reason(['parents'], {}),
      reason(['queue-paused'], { queue: text, since: time }),
      reason(['no-worker'], { type: text, version: whole, knownVersions: { type: 'array', items: whole } }),
      reason(['queue-limit'], { queue: text, limit: whole, running: whole }),
      reason(['concurrency-key'], { key: text, limit: whole, holders: { type: 'array', items: text } }),
      reason(['backlog'], { ahead: whole, slots: whole }),
    ],
  },
} as ApiPropertyOptions;
