import { nextSlot } from '../slots/next-slot.js';
import type { Rule, When, WhenInput } from '../when.js';
import { readCron } from './read-cron.js';
import { readDurationMs } from './read-duration.js';
import { readMoment } from './read-moment.js';
import { readObject } from './read-object.js';
import { readWords } from './read-words.js';
import { readZone } from './read-zone.js';
import { quote, refuse } from './refuse.js';

const KINDS = ['cron', 'every', 'at', 'daily', 'weekly', 'monthly'] as const;
const FRAME = ['zone', 'start', 'end', 'jitter'];
const DAY_MS = 86_400_000;
/** A job costs more than a message: what must happen more often than each second wants a process of its own. */
const EVERY = { min: 1_000, max: 3_660 * DAY_MS };
/** Spreads a rush; what should happen at another time of day has another rule. */
const JITTER = { min: 0, max: DAY_MS };

type Fields = Record<string, unknown>;
type Kind = (typeof KINDS)[number];

export interface ParseOptions {
  /** Unix ms at which the schedule was created, or its `when` last changed. What would not fire after it is refused. */
  createdAt: number;
  /** JSON pointer of the input within the request, put before the paths of faults. */
  pointer?: string;
}

/**
 * Reads when a schedule fires.
 * @throws Fault schedule.when-invalid, schedule.cron-invalid, schedule.zone-unknown or schedule.never-fires, whose detail says
 * which field is wrong, where, and what to write instead
 */
export function parseWhen(input: unknown, { createdAt, pointer = '' }: ParseOptions): When {
  const fields = readObject(input, '', pointer, [...KINDS, 'anchor', ...FRAME]);
  const kind = readKind(fields, pointer);
  const zone = readZone(fields.zone === undefined ? 'UTC' : fields.zone, `${pointer}/zone`);
  const bound = (name: 'start' | 'end' | 'anchor') =>
    fields[name] === undefined ? undefined : readMoment(fields[name], zone, name, `${pointer}/${name}`).atMs;
  const startMs = bound('start');
  const endMs = bound('end');
  if (startMs !== undefined && endMs !== undefined && endMs <= startMs) {
    refuse(
      'schedule.when-invalid',
      `${pointer}/end`,
      `end: ${quote(fields.end)} is not after start, ${quote(fields.start)}.`,
    );
  }
  const anchorMs = bound('anchor') ?? startMs ?? createdAt;
  const rule = readRule(kind, fields[kind], zone, anchorMs, `${pointer}/${kind}`);
  const when: When = {
    input: spellOut(fields, zone, rule),
    rule,
    zone,
    startMs: startMs ?? Number.NEGATIVE_INFINITY,
    endMs: endMs ?? Number.POSITIVE_INFINITY,
    jitterMs: fields.jitter === undefined ? 0 : readJitter(fields.jitter, `${pointer}/jitter`),
  };
  // From just before, so that a slot at the creation itself counts.
  if (!nextSlot(when, createdAt - 1))
    refuse('schedule.never-fires', `${pointer}/${kind}`, whyNever(kind, fields, createdAt));
  return when;
}

function readKind(fields: Fields, pointer: string): Kind {
  const given = KINDS.filter((each) => fields[each] !== undefined);
  const [kind] = given;
  if (kind === undefined || given.length > 1) {
    const found = kind === undefined ? 'says nothing of when it fires' : `has ${given.join(' and ')}`;
    refuse('schedule.when-invalid', pointer, `A schedule ${found}. Give exactly one of ${KINDS.join(', ')}.`);
  }
  if (fields.anchor !== undefined && kind !== 'every') {
    refuse(
      'schedule.when-invalid',
      `${pointer}/anchor`,
      `anchor belongs to every, not to ${kind}. Give start for the first time at which it may fire.`,
    );
  }
  return kind;
}

function readRule(kind: Kind, given: unknown, zone: string, anchorMs: number, path: string): Rule {
  switch (kind) {
    case 'cron':
      return { kind: 'local', crons: [readCron(given, path)] };
    case 'every':
      return { kind: 'every', everyMs: readDurationMs(given, 'every', path, EVERY), anchorMs };
    case 'at':
      return { kind: 'once', ...readMoment(given, zone, 'at', path) };
    default:
      return { kind: 'local', crons: readWords(kind, given, path) };
  }
}

function readJitter(given: unknown, path: string): number {
  return readDurationMs(typeof given === 'number' ? `${given}ms` : given, 'jitter', path, JITTER);
}

/** What was given, with the zone and the anchor that it was given by default. */
function spellOut(fields: Fields, zone: string, rule: Rule): WhenInput {
  const anchor = rule.kind === 'every' ? { anchor: new Date(rule.anchorMs).toISOString() } : {};
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return { ...given, zone, ...anchor } as unknown as WhenInput;
}

function whyNever(kind: Kind, fields: Fields, createdAt: number): string {
  const now = new Date(createdAt).toISOString();
  if (kind === 'at')
    return `at: ${quote(fields.at)} is over at ${now}, or outside of start and end. Give a time to come.`;
  return `${kind} does not fire between ${fields.start ? `start, ${quote(fields.start)},` : now} and ${fields.end ? `end, ${quote(fields.end)}` : 'the end of the calendar'}. Move them apart.`;
}
