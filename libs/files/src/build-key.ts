import { createHash } from 'node:crypto';
import { fault } from '@windlass/faults';
import { MAX_SEGMENT_CHARACTERS, segmentsOf } from './check-key.js';

// The one place that builds keys. The gateway's storage account may write below `tenants/<tenant>/files/` only, the worker's
// below `tenants/<tenant>/jobs/`. An attempt writes under its epoch, so a zombie cannot touch what a newer attempt wrote.

/** What a client uploaded. */
export function uploadKey(tenantId: string, fileId: string): string {
  return checked(`${uploadsPrefix(tenantId)}${encodeSegment(fileId)}`);
}

/** What one attempt wrote. A `/` in `name` makes a sub-path; every other character outside the key alphabet is encoded. */
export function attemptKey(tenantId: string, jobId: string, run: number, epoch: number, name: string): string {
  const path = name.split('/').map(encodeSegment).join('/');
  return checked(`${attemptPrefix(tenantId, jobId, run, epoch)}${path}`);
}

export function uploadsPrefix(tenantId: string): string {
  return `tenants/${encodeSegment(tenantId)}/files/`;
}

export function jobsPrefix(tenantId: string): string {
  return `tenants/${encodeSegment(tenantId)}/jobs/`;
}

/** Everything that all attempts of one job wrote, whatever was promoted of it. */
export function jobPrefix(tenantId: string, jobId: string): string {
  return `${jobsPrefix(tenantId)}${encodeSegment(jobId)}/`;
}

export function attemptPrefix(tenantId: string, jobId: string, run: number, epoch: number): string {
  return `${jobPrefix(tenantId, jobId)}${counter(run)}/${counter(epoch)}/`;
}

/**
 * One segment in the key alphabet, different for different texts: letters, digits, `.` and `-` stay, `_` becomes `__`, any
 * other character its UTF-8 bytes as `_XX`. Too long a result becomes `_h` and its SHA-256, which no encoding begins with.
 */
function encodeSegment(text: string): string {
  if (text === '') throw refused('it is empty or has an empty part');
  // Lone surrogates all turn into the same replacement character in UTF-8: two names would share a key.
  if (/\p{Surrogate}/u.test(text)) throw refused('it is not well-formed Unicode');
  if (text === '.' || text === '..') return text.replaceAll('.', '_2E');
  const encoded = text.replace(/[^A-Za-z0-9.-]/gu, (character) => (character === '_' ? '__' : escaped(character)));
  if (encoded.length <= MAX_SEGMENT_CHARACTERS) return encoded;
  return `_h${createHash('sha256').update(text).digest('hex')}`;
}

function escaped(character: string): string {
  return Array.from(Buffer.from(character), (byte) => `_${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

function counter(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw refused('run and epoch are whole numbers from 0');
  return String(value);
}

function checked(key: string): string {
  segmentsOf(key);
  return key;
}

function refused(reason: string) {
  return fault('files.key-invalid', { detail: `The name is not allowed: ${reason}.` });
}
