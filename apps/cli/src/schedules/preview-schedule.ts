import type { Shift, Slot, Warning, WhenInput } from '@windlass/calendar';
import { isFault } from '@windlass/faults';
import { UsageFailure } from '../frame/cli-failure.js';

export interface PreviewOptions {
  every?: string;
  once?: string;
  when?: string;
  zone?: string;
  from?: string;
  count: number;
}

export interface Preview {
  /** As it would stand in a request, with what it has by default. */
  when: WhenInput;
  description: string;
  zone: string;
  from: string;
  slots: { utc: string; local: string; shifted?: Shift }[];
  warnings: Warning[];
}

/**
 * When a schedule that is made at `from` fires.
 * @throws UsageFailure with the text of the library's refusal
 */
export async function previewSchedule(
  cron: string | undefined,
  options: PreviewOptions,
  nowMs: number,
): Promise<Preview> {
  const input = readInput(cron, options);
  // Loaded here, since other commands can do without libraries for calendars.
  const { describeWhen, parseWhen, readInstant, slotsAfter, warningsOf } = await import('@windlass/calendar');
  try {
    const zone = typeof input.zone === 'string' ? input.zone : 'UTC';
    const fromMs = options.from === undefined ? nowMs : readInstant(options.from, zone, '--from');
    const when = parseWhen(input, { createdAt: fromMs });
    return {
      when: when.input,
      description: describeWhen(when),
      zone: when.zone,
      from: new Date(fromMs).toISOString(),
      // From just before, so that a slot at that very moment is shown.
      slots: slotsAfter(when, fromMs - 1, { limit: options.count }).map(showSlot),
      warnings: warningsOf(when, fromMs),
    };
  } catch (error) {
    throw isFault(error) ? new UsageFailure(`${error.detail} (${error.code})`) : error;
  }
}

function showSlot({ slot, local, offset, shifted }: Slot): Preview['slots'][number] {
  return { utc: new Date(slot).toISOString(), local: `${local}${offset}`, ...(shifted ? { shifted } : {}) };
}

/** Not checked yet: the library says what is wrong with it. */
function readInput(cron: string | undefined, { every, once, when, zone }: PreviewOptions): Record<string, unknown> {
  if ([cron, every, once, when].filter((each) => each !== undefined).length !== 1) {
    throw new UsageFailure(
      'Give one of a cron expression, --every, --once and --when.',
      "Quote the expression: windlass schedules preview '30 2 * * *' --zone Europe/Berlin",
    );
  }
  const given = when === undefined ? { cron, every, at: once } : parseJsonObject(when);
  return { ...given, ...(zone === undefined ? {} : { zone }) };
}

function parseJsonObject(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageFailure(`--when is not JSON: ${(error as Error).message}`, `Quote it: '{"daily":{"at":"09:00"}}'`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new UsageFailure('--when is not an object.', `Such as '{"daily":{"at":"09:00"}}'`);
}
