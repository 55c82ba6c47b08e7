const NAME = /^[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*$/;
/** A name becomes part of a queue's name, which AMQP bounds at 255 bytes. */
const MAX_NAME_LENGTH = 100;
/** Node itself takes about 45 MiB: below this every job would be an `oom`. */
const MIN_MEMORY_MB = 64;
/** What core takes. A worker whose announcement were refused for one definition could run none. */
const MAX_ATTEMPTS = 100;
const MAX_VERSION = 1_000_000;
const MAX_DELAYS = 100;
const MAX_DELAY_MS = 86_400_000;
const DELAY_RANGE = 'whole milliseconds from 0 to a day (86400000)';
export const DEFAULT_HARD_MS = 30 * 60_000;

const KEYS = new Set([
  ...['name', 'version', 'payload', 'result', 'limits', 'retry', 'weight', 'slots', 'memoryMb', 'tools', 'isolation'],
  'run',
]);

/** @throws TypeError that names every fault at once, so that one edit mends them all */
export function checkDefinition(definition: unknown): void {
  if (!isRecord(definition)) throw new TypeError(`A job definition is an object, not ${describe(definition)}.`);
  const faults = [
    ...checkIdentity(definition),
    ...checkLimits(definition),
    ...checkRetry(definition.retry),
    ...checkResources(definition),
  ];
  for (const key of Object.keys(definition)) {
    if (!KEYS.has(key)) faults.push(`"${key}" is not a property of a job definition`);
  }
  if (faults.length > 0) throw new TypeError(`Job type ${describe(definition.name)}: ${faults.join('; ')}.`);
}

function* checkIdentity(definition: Record<string, unknown>): Generator<string> {
  const { name, version } = definition;
  if (typeof name !== 'string' || !NAME.test(name) || name.length > MAX_NAME_LENGTH) {
    yield `name must be segments of a-z, 0-9 and "-" joined by dots, at most ${MAX_NAME_LENGTH} characters, such as "report.pdf"`;
  }
  if (version !== undefined && !isWhole(version, 1, MAX_VERSION)) {
    yield `version must be a whole number from 1 to ${MAX_VERSION}`;
  }
  if (typeof definition.run !== 'function') yield 'run must be a function (payload, context) => result';
  for (const side of ['payload', 'result']) {
    const schema = definition[side];
    if (!isRecord(schema)) yield `${side} must be a JSON Schema object ({} allows anything)`;
    else if (!isJson(schema)) yield `${side} must be plain JSON`;
  }
}

function* checkLimits(definition: Record<string, unknown>): Generator<string> {
  const limits = definition.limits;
  if (limits === undefined) return;
  if (!isRecord(limits)) return yield 'limits must be an object';
  for (const key of ['softMs', 'hardMs']) {
    if (limits[key] !== undefined && !isWhole(limits[key], 1)) yield `limits.${key} must be whole milliseconds from 1`;
  }
  const hardMs = typeof limits.hardMs === 'number' ? limits.hardMs : DEFAULT_HARD_MS;
  if (typeof limits.softMs === 'number' && limits.softMs >= hardMs) {
    const origin = limits.hardMs === undefined ? ', its default' : '';
    yield `limits.softMs (${limits.softMs}) must be below limits.hardMs (${hardMs}${origin})`;
  }
}

function* checkRetry(retry: unknown): Generator<string> {
  if (retry === undefined) return;
  if (!isRecord(retry)) return yield 'retry must be an object';
  if (retry.maxAttempts !== undefined && !isWhole(retry.maxAttempts, 1, MAX_ATTEMPTS)) {
    yield `retry.maxAttempts must be a whole number from 1 to ${MAX_ATTEMPTS}`;
  }
  if (retry.backoff !== undefined) yield* checkBackoff(retry.backoff);
}

function* checkBackoff(backoff: unknown): Generator<string> {
  if (!isRecord(backoff)) return yield 'retry.backoff must be an object';
  const { kind, delayMs, maxDelayMs, delaysMs, jitter } = backoff;
  if (kind === 'list') {
    const whole = Array.isArray(delaysMs) && delaysMs.every((delay) => isWhole(delay, 0, MAX_DELAY_MS));
    if (!whole || delaysMs.length < 1 || delaysMs.length > MAX_DELAYS) {
      yield `retry.backoff.delaysMs must be 1 to ${MAX_DELAYS} delays in ${DELAY_RANGE}`;
    }
    if (delayMs !== undefined || maxDelayMs !== undefined) yield 'retry.backoff of kind "list" takes delaysMs only';
  } else {
    if (kind !== 'fixed' && kind !== 'exponential') {
      yield 'retry.backoff.kind must be "fixed", "exponential" or "list"';
    }
    if (!isWhole(delayMs, 0, MAX_DELAY_MS)) yield `retry.backoff.delayMs must be ${DELAY_RANGE}`;
    if (maxDelayMs !== undefined && !isWhole(maxDelayMs, 0, MAX_DELAY_MS)) {
      yield `retry.backoff.maxDelayMs must be ${DELAY_RANGE}`;
    }
    if (delaysMs !== undefined) yield 'retry.backoff.delaysMs belongs to kind "list"';
  }
  if (jitter !== undefined && !(typeof jitter === 'number' && jitter >= 0 && jitter <= 1)) {
    yield 'retry.backoff.jitter must be from 0 to 1';
  }
}

function* checkResources(definition: Record<string, unknown>): Generator<string> {
  const { weight, isolation, slots, memoryMb, tools } = definition;
  if (weight !== undefined && weight !== 'tiny' && weight !== 'heavy') yield 'weight must be "tiny" or "heavy"';
  if (isolation !== undefined && isolation !== 'child' && isolation !== 'inline') {
    yield 'isolation must be "child" or "inline"';
  }
  if (slots !== undefined && !isWhole(slots, 1)) yield 'slots must be a whole number from 1';
  if (memoryMb !== undefined && !isWhole(memoryMb, MIN_MEMORY_MB)) {
    yield `memoryMb must be whole MiB from ${MIN_MEMORY_MB}`;
  }
  if (
    tools !== undefined &&
    !(Array.isArray(tools) && tools.every((tool) => typeof tool === 'string' && tool !== ''))
  ) {
    yield 'tools must be names of programs';
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function isWhole(value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
}
function isJson(value: unknown): boolean {
  try {
    const copy: unknown = structuredClone(value);
    return JSON.stringify(copy) !== undefined;
  } catch {
    return false;
  }
}
function describe(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, MAX_NAME_LENGTH)) : `(${typeof value})`;
}
