import { MAX_DELAY_MS, type SubmitItem } from '@windlass/contracts';
import type { FieldError } from '@windlass/faults';
import { parseTime } from '../http/parse-time.js';
import { invalid, readFields } from '../http/read-fields.js';
import { isText } from '../http/text.decorator.js';
import { backoffOf, foreignFields } from './backoff.dto.js';
import { parseDuration } from './parse-duration.js';
import { parsePriority } from './priority.decorator.js';
import { MAX_TYPE, SubmitJobDto } from './submit-job.dto.js';

/** What a submission says besides its payload. */
export type SubmitOptions = Omit<SubmitItem, 'tenantId' | 'payload' | 'requestId' | 'idempotencyKey' | 'fingerprint'>;

/** Checks the fields one by one and against each other, or throws `http.fields-invalid`. `null` reads as left out. */
export function readOptions(value: unknown, nowMs: number): SubmitOptions {
  const type = onlyType(value);
  if (type !== undefined) return { type };
  const fields = readFields(SubmitJobDto, value);
  const errors = contradictions(fields, nowMs);
  if (errors.length > 0) throw invalid(errors);
  const options: SubmitOptions = { type: fields.type };
  if (fields.tags?.length) options.tags = fields.tags;
  if (fields.maxAttempts != null) options.maxAttempts = fields.maxAttempts;
  if (fields.backoff != null) options.backoff = backoffOf(fields.backoff);
  if (fields.softMs != null) options.softMs = fields.softMs;
  if (fields.hardMs != null) options.hardMs = fields.hardMs;
  if (fields.queue != null) options.queue = fields.queue;
  if (fields.priority != null) options.priority = parsePriority(fields.priority);
  if (fields.retention != null) options.retention = fields.retention;
  addTimes(options, fields);
  addKeys(options, fields);
  return options;
}

/** Most submissions say nothing else: these need not pay for the validation of twenty fields that are not there. */
function onlyType(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { type } = value as { type?: unknown };
  return Object.keys(value).length === 1 && Object.hasOwn(value, 'type') && isText(type, 1, MAX_TYPE)
    ? type
    : undefined;
}

function addTimes(options: SubmitOptions, { delay, runAt, ttl }: SubmitJobDto): void {
  const delayMs = delay == null ? 0 : parseDuration(delay);
  if (delayMs > 0) options.delayMs = delayMs;
  // Before 1970 has passed as well, and is no number of a message.
  if (runAt != null) options.runAt = Math.max(0, parseTime(runAt));
  if (ttl != null) options.ttlMs = parseDuration(ttl);
}

function addKeys(options: SubmitOptions, fields: SubmitJobDto): void {
  const { dedupeKey, onDuplicate, concurrencyKey, concurrencyLimit } = fields;
  if (dedupeKey != null) options.dedupe = { key: dedupeKey, onDuplicate: onDuplicate ?? 'reject' };
  if (concurrencyKey != null) options.concurrency = { key: concurrencyKey, limit: concurrencyLimit ?? 1 };
}

/** Of the database's clock only core knows: it compares `runAt` with the time to live. */
function contradictions(fields: SubmitJobDto, nowMs: number): FieldError[] {
  const { softMs, hardMs, delay, runAt, ttl, backoff } = fields;
  const errors: FieldError[] = backoff == null ? [] : foreignFields(backoff);
  const refuse = (path: string, message: string) => errors.push({ path, message });
  if (softMs != null && hardMs != null && softMs > hardMs) refuse('/softMs', 'must not be more than hardMs');
  if (delay != null && runAt != null) refuse('/runAt', 'must not be given together with delay: leave one out');
  if (delay != null && ttl != null && parseDuration(delay) >= parseDuration(ttl)) {
    refuse('/ttl', 'must be longer than delay, or the job expires before it may start');
  }
  if (runAt != null && parseTime(runAt) > nowMs + MAX_DELAY_MS) refuse('/runAt', 'must be at most 366 days from now');
  if (fields.onDuplicate != null && fields.dedupeKey == null) refuse('/onDuplicate', 'needs a dedupeKey');
  if (fields.concurrencyLimit != null && fields.concurrencyKey == null) {
    refuse('/concurrencyLimit', 'needs a concurrencyKey');
  }
  return errors;
}
