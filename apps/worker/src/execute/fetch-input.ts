import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type FileView, fileReply, readInput } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import type { FetchedFile } from '@windlass/handler-kit/runner';
import type { WorkerContext } from '../worker-context.js';
import { type HeldAttempt, refOf } from './held-attempts.js';
import { repeatWhileAway } from './repeat-while-away.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIMEOUT_MS = 5_000;
/** Room for what the handler adds: file systems allow 255 bytes. */
const MAX_NAME_LENGTH = 100;

/**
 * An input file into the scratch directory. Core answers only for files of the job's own tenant; the store compares size, ETag and
 * SHA-256 with what was recorded at the upload, so a truncated or exchanged object never reaches a handler.
 */
export async function fetchInput(
  context: WorkerContext,
  attempt: HeldAttempt,
  request: { fileId: string; scratchDir: string },
  signal: AbortSignal,
): Promise<FetchedFile> {
  const { fileId, scratchDir } = request;
  if (!UUID.test(fileId)) throw fault('files.unknown', { detail: 'The id of an input file is a UUID in lower case.' });
  const ask = () => context.core.call(readInput, fileReply, { ...refOf(attempt), fileId }, { timeoutMs: TIMEOUT_MS });
  const file = await repeatWhileAway(context.runtime, signal, ask);
  if (file.state !== 'stored') throw fault('files.upload-incomplete');
  const directory = join(scratchDir, fileId);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, safeName(file.name));
  await repeatWhileAway(context.runtime, signal, () => download(context, file, path, signal));
  return { path, name: file.name, size: file.size, sha256: file.sha256 };
}

async function download(context: WorkerContext, file: FileView, path: string, signal: AbortSignal): Promise<void> {
  const { size, etag, sha256 } = file;
  const { content } = await context.files.get(file.key, { expect: { size, etag, sha256 }, signal });
  try {
    await pipeline(content, createWriteStream(path, { mode: 0o600 }), { signal });
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** A client chose the name: it keeps its extension, which readers go by, and nothing that means something to a file system. */
function safeName(name: string): string {
  const plain = name
    .replaceAll(/[^A-Za-z0-9._-]/g, '_')
    .slice(-MAX_NAME_LENGTH)
    .replace(/^[.-]+/, '_');
  return plain === '' ? 'input' : plain;
}
