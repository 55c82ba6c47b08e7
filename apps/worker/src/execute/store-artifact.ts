import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import type { ArtifactEntry } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import { attemptKey } from '@windlass/files';
import type { WorkerContext } from '../worker-context.js';
import type { HeldAttempt } from './held-attempts.js';
import { repeatWhileAway } from './repeat-while-away.js';

/** All names of one job travel in one report. */
const MAX_ARTIFACTS = 1_000;
const MAX_NAME_LENGTH = 255;
const CONTENT_TYPE = /^[\w.+-]{1,100}\/[\w.+-]{1,100}(;[ -~]{0,50})?$/;
const ANY_CONTENT = 'application/octet-stream';
/** Under which a large result stands beside the artifacts. */
export const RESULT_NAME = '.result.json';

/**
 * Stores an artifact under the attempt's own prefix, epoch included, so that a zombie overwrites nothing (P4). It is only
 * remembered here; the report names it and core promotes it.
 */
export async function storeArtifact(
  context: WorkerContext,
  attempt: HeldAttempt,
  request: { name: string; path: string; contentType?: string; maxBytes: number },
  signal: AbortSignal,
): Promise<void> {
  const { name, path, maxBytes } = request;
  const artifacts = attempt.artifacts ?? new Map<string, ArtifactEntry>();
  attempt.artifacts = artifacts;
  if (!artifacts.has(name) && artifacts.size >= MAX_ARTIFACTS) {
    throw fault('files.too-large', { detail: `A job has at most ${MAX_ARTIFACTS} artifacts.` });
  }
  refuseName(name);
  const contentType = request.contentType ?? ANY_CONTENT;
  if (!CONTENT_TYPE.test(contentType))
    throw fault('files.type-refused', { detail: 'The content type is not one, such as image/png.' });
  if (!(await lstat(path)).isFile())
    throw fault('files.key-invalid', { detail: 'An artifact must be a regular file.' });
  const key = attemptKey(attempt.tenantId, attempt.jobId, attempt.run, attempt.epoch, name);
  const put = () => context.files.put(key, createReadStream(path), { contentType, maxBytes, signal });
  const { size, sha256, etag } = await repeatWhileAway(context.runtime, signal, put);
  artifacts.set(name, { name, key, size, sha256, etag, contentType });
}

/** What people and their file systems will see: no control characters, no path that leads elsewhere. */
function refuseName(name: string): void {
  if (name === RESULT_NAME) {
    throw fault('files.key-invalid', { detail: `An artifact cannot have the name ${name}: a large result has it.` });
  }
  const segments = name.split('/');
  const bad =
    name.length > MAX_NAME_LENGTH || /\p{Cc}|\\/u.test(name) || segments.some((each) => ['', '.', '..'].includes(each));
  if (!bad) return;
  throw fault('files.key-invalid', {
    detail: `An artifact's name has 1 to ${MAX_NAME_LENGTH} characters, no control characters, and no empty, "." or ".." part.`,
  });
}
