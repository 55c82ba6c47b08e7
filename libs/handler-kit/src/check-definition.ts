const NAME = /^[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*$/;
/** A name becomes part of a queue's name, which AMQP bounds at 255 bytes. */
const MAX_NAME_LENGTH = 100;
/** Node itself takes about 45 MiB: below this every job would be an `oom`. */
const MIN_MEMORY_MB = 64;
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
  if (version !== undefined && !isWhole(version, 1)) yield 'version must be a whole number from 1';
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
  if (retry.maxAttempts !== undefined && !isWhole(retry.maxAttempts, 1)) {
    yield 'retry.maxAttempts must be a whole number from 1';
  }
  const backoff = retry.backoff;
  if (backoff === undefined) return;
  if (!isRecord(backoff)) return yield 'retry.backoff must be an object';
  if (backoff.kind !== 'fixed' && backoff.kind !== 'exponential') {
    yield 'retry.backoff.kind must be "fixed" or "exponential"';
  }
  if (!isWhole(backoff.delayMs, 0)) yield 'retry.backoff.delayMs must be whole milliseconds from 0';
  if (backoff.maxDelayMs !== undefined && !isWhole(backoff.maxDelayMs, 0)) {
    yield 'retry.backoff.maxDelayMs must be whole milliseconds from 0';
  }
  const jitter = backoff.jitter;
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
function isWhole(value: unknown, min: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= min;
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
