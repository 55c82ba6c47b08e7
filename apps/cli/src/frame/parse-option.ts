import type { PriorityName } from '@windlass/client';
import { InvalidArgumentError } from 'commander';

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `250ms`, `60s`, `5m`, `2h`, `30d` in milliseconds. */
export function parseDurationMs(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  const ms = Math.round(Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN));
  if (!Number.isSafeInteger(ms) || ms <= 0) throw new InvalidArgumentError('Give a duration such as 60s, 5m or 30d.');
  return ms;
}

export function parseWhole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

const PRIORITIES: readonly string[] = ['critical', 'high', 'normal', 'low'] satisfies PriorityName[];

/** A name, or 0–9. */
export function parsePriority(text: string): PriorityName | number {
  if (PRIORITIES.includes(text)) return text as PriorityName;
  if (!/^[0-9]$/.test(text)) throw new InvalidArgumentError(`Give 0 to 9, or ${PRIORITIES.join(', ')}.`);
  return Number(text);
}

/** A moment with its zone, as it was given. Without a zone it would mean another one on another machine. */
export function parseMoment(text: string): string {
  const hasZone = /T.*(Z|[+-]\d{2}(:?\d{2})?)$/.test(text);
  if (!hasZone || Number.isNaN(Date.parse(text))) {
    throw new InvalidArgumentError('Give a time with its zone, such as 2030-01-31T18:00:00Z or …+02:00.');
  }
  return text;
}

/** The form of tenants: a token of another one would be refused by the service. */
export function parseTenant(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(text)) {
    throw new InvalidArgumentError(
      'Give 1 to 64 letters, digits, dashes and underscores, the first a letter or digit.',
    );
  }
  return text;
}

/** `1s,10s,5m`. */
export function collectDurationsMs(text: string, before: number[] = []): number[] {
  return [...before, ...collect(text).map(parseDurationMs)];
}

/** For options that may be repeated and may hold several values, separated by commas. */
export function collect(text: string, before: string[] = []): string[] {
  return [
    ...before,
    ...text
      .split(',')
      .map((each) => each.trim())
      .filter(Boolean),
  ];
}
