import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type Runtime, systemRuntime } from '@windlass/clock';
import { fault, isFault } from '@windlass/faults';
import { prefixSegmentsOf, segmentsOf } from '../check-key.js';
import { deliverContent } from '../deliver-content.js';
import type { FileStore, GetOptions, ObjectContent, PutOptions, StoredObject } from '../file-store.js';
import { measureContent } from '../measure-content.js';
import { withinDeadline } from '../within-deadline.js';
import { listObjects } from './list-objects.js';
import { type Layout, openLayout, pathOf } from './open-layout.js';
import { type OpenObject, openObject, removeObject } from './read-object.js';
import { type Step, writeObject } from './write-object.js';

export interface DirectoryStoreOptions {
  /** Made on first use, readable by its owner only. May be on NFS and shared by several hosts; must tell upper from lower case. */
  root: string;
  /** For one file-system call. Local disks answer in ms; an NFS server that fails over may take 20 s. */
  timeoutMs?: number;
  runtime?: Runtime;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const READ_CHUNK_BYTES = 256 * 1024;

/** Objects as files below a directory. */
export function createDirectoryStore(options: DirectoryStoreOptions): FileStore {
  return new DirectoryStore(options.root, options.runtime ?? systemRuntime, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
}

class DirectoryStore implements FileStore {
  readonly presign = undefined;
  private opening: Promise<Layout> | undefined;

  constructor(
    private readonly root: string,
    private readonly runtime: Runtime,
    private readonly timeoutMs: number,
  ) {}

  async put(key: string, content: Readable, options: PutOptions): Promise<StoredObject> {
    const measured = measureContent(content, options);
    try {
      const segments = segmentsOf(key);
      const layout = await this.layout(options.signal);
      const step: Step = (call) => this.call({}, call);
      const stored = await writeObject(layout, pathOf(layout, segments), measured, this.runtime.uuid(), step);
      return { ...stored, etag: stored.sha256 };
    } finally {
      content.destroy();
    }
  }

  async get(key: string, options: GetOptions = {}): Promise<ObjectContent> {
    const { expect, signal } = options;
    const found = await this.open(key, signal);
    if (!found) throw fault('files.unknown');
    const { file, size, sha256 } = found;
    if (expect && (expect.size !== size || expect.etag !== sha256 || (expect.sha256 ?? sha256) !== sha256)) {
      await file.close();
      throw fault('files.changed');
    }
    const source = await contentOf(found);
    const content = deliverContent(source, { runtime: this.runtime, idleMs: this.timeoutMs, size, sha256, signal });
    return { content, size, etag: sha256 };
  }

  async stat(key: string): Promise<{ size: number; etag: string } | undefined> {
    const found = await this.open(key);
    await found?.file.close();
    return found && { size: found.size, etag: found.sha256 };
  }

  async delete(key: string): Promise<void> {
    const segments = segmentsOf(key);
    const layout = await this.layout();
    await this.call({}, () => removeObject(layout, pathOf(layout, segments)));
  }

  async list(prefix: string, options: { limit: number; after?: string }): Promise<string[]> {
    const segments = prefixSegmentsOf(prefix);
    if (options.after !== undefined) segmentsOf(options.after);
    const layout = await this.layout();
    return this.call({}, (gaveUp) => listObjects(layout, segments, { ...options, gaveUp }));
  }

  async check(timeoutMs: number): Promise<void> {
    await this.call({ timeoutMs }, async () => {
      const { incoming } = await this.opened();
      // Written, not only looked at: a full disk, a lost mount and a read-only one all look fine from outside.
      const probe = join(incoming, this.runtime.uuid());
      await writeFile(probe, 'check', { mode: 0o600, flag: 'wx' });
      await rm(probe);
    });
  }

  async close(): Promise<void> {}

  private async open(key: string, signal?: AbortSignal): Promise<OpenObject | undefined> {
    const segments = segmentsOf(key);
    const layout = await this.layout(signal);
    return this.call({ signal }, async (gaveUp) => {
      const found = await openObject(layout, pathOf(layout, segments));
      if (gaveUp.aborted) await found?.file.close();
      return found;
    });
  }

  private layout(signal?: AbortSignal): Promise<Layout> {
    return this.call({ signal }, () => this.opened());
  }

  private opened(): Promise<Layout> {
    this.opening ??= openLayout(this.root, this.runtime).catch((error) => {
      this.opening = undefined; // tried again by the next call
      throw error;
    });
    return this.opening;
  }

  /** What the file system refuses is for the operator to mend; the caller may try again later. */
  private async call<T>(
    limit: { timeoutMs?: number; signal?: AbortSignal | undefined },
    call: (gaveUp: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const timeoutMs = limit.timeoutMs ?? this.timeoutMs;
    try {
      return await withinDeadline({ runtime: this.runtime, timeoutMs, signal: limit.signal }, call);
    } catch (error) {
      throw isFault(error) || limit.signal?.aborted ? error : fault('files.unavailable', { cause: error });
    }
  }
}

async function contentOf({ file, size }: OpenObject): Promise<Readable> {
  if (size > 0) return file.createReadStream({ start: 0, end: size - 1, highWaterMark: READ_CHUNK_BYTES });
  await file.close();
  return Readable.from([]);
}
