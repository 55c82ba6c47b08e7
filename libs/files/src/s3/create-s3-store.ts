import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import { systemRuntime } from '@windlass/clock';
import { fault, isFault } from '@windlass/faults';
import { prefixSegmentsOf, segmentsOf } from '../check-key.js';
import { deliverContent } from '../deliver-content.js';
import type { FileStore, GetOptions, ObjectContent, Presign, PutOptions, StoredObject } from '../file-store.js';
import { measureContent } from '../measure-content.js';
import { callS3, connectS3, type S3Session, type S3StoreOptions, type S3Timeouts } from './connect-s3.js';
import { S3Presign } from './s3-presign.js';
import { uploadObject } from './upload-object.js';

export type { S3StoreOptions, S3Timeouts } from './connect-s3.js';

const DEFAULT_TIMEOUTS: S3Timeouts = { connectMs: 2_000, requestMs: 30_000, callMs: 10_000, idleMs: 30_000 };
/** The most that S3 lists at once. */
const MAX_PAGE = 1000;

/** Objects in a bucket of any server that speaks S3. The bucket must exist. */
export function createS3Store(options: S3StoreOptions): FileStore {
  prefixSegmentsOf(options.prefix ?? '');
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const session: S3Session = {
    client: connectS3(options, options.endpoint, timeouts),
    bucket: options.bucket,
    prefix: options.prefix ?? '',
    timeouts,
    runtime: options.runtime ?? systemRuntime,
  };
  const { publicEndpoint } = options;
  // A client of its own: the host is part of what a URL's signature covers.
  const presign = publicEndpoint ? new S3Presign(session, connectS3(options, publicEndpoint, timeouts)) : undefined;
  return new S3Store(session, presign);
}

class S3Store implements FileStore {
  constructor(
    private readonly session: S3Session,
    readonly presign: (Presign & { close(): void }) | undefined,
  ) {}

  async put(key: string, content: Readable, options: PutOptions): Promise<StoredObject> {
    const measured = measureContent(content, options);
    try {
      const at = this.at(key);
      options.signal?.throwIfAborted();
      await uploadObject(this.session, at.Key, measured, options);
      const { size, sha256 } = measured.measured();
      // Asked back, since servers word the ETag differently in their answers to put and to completion; and a size that differs
      // means that somebody else wrote the key meanwhile.
      const stored = await this.stat(key);
      if (stored?.size !== size) throw fault('files.changed');
      return { size, sha256, etag: stored.etag };
    } finally {
      content.destroy();
    }
  }

  async get(key: string, options: GetOptions = {}): Promise<ObjectContent> {
    const { expect, signal } = options;
    const at = this.at(key);
    const { client, runtime, timeouts } = this.session;
    const answer = await callS3(this.session, { signal }, (abortSignal) =>
      client.send(new GetObjectCommand(at), { abortSignal }),
    );
    const source = answer.Body as Readable;
    const { size, etag } = factsOf(answer);
    // Compared here, not by If-Match, which some servers ignore: the answer's headers and its body are of one version.
    if (expect && (expect.size !== size || expect.etag !== etag)) {
      source.destroy();
      throw fault('files.changed');
    }
    const delivery = { runtime, idleMs: timeouts.idleMs, size, sha256: expect?.sha256, signal };
    return { content: deliverContent(source, delivery), size, etag };
  }

  async stat(key: string): Promise<{ size: number; etag: string } | undefined> {
    const at = this.at(key);
    try {
      return factsOf(
        await callS3(this.session, {}, (abortSignal) =>
          this.session.client.send(new HeadObjectCommand(at), { abortSignal }),
        ),
      );
    } catch (error) {
      if (isFault(error) && error.code === 'files.unknown') return undefined;
      throw error;
    }
  }

  async delete(key: string): Promise<void> {
    const at = this.at(key);
    try {
      await callS3(this.session, {}, (abortSignal) =>
        this.session.client.send(new DeleteObjectCommand(at), { abortSignal }),
      );
    } catch (error) {
      if (!isFault(error) || error.code !== 'files.unknown') throw error;
    }
  }

  async list(prefix: string, options: { limit: number; after?: string }): Promise<string[]> {
    prefixSegmentsOf(prefix);
    let after = options.after === undefined ? undefined : this.at(options.after).Key;
    const keys: string[] = [];
    while (keys.length < options.limit) {
      const page = await this.page(this.session.prefix + prefix, options.limit - keys.length, after);
      const found = (page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
      keys.push(...found.map((key) => key.slice(this.session.prefix.length)));
      after = found.at(-1);
      if (!page.IsTruncated || after === undefined) break;
    }
    return keys;
  }

  /** A listing, not a look at the bucket: an account that is limited to our prefixes may do no more. */
  async check(timeoutMs: number): Promise<void> {
    await this.page(`${this.session.prefix}tenants/`, 1, undefined, timeoutMs);
  }

  async close(): Promise<void> {
    this.session.client.destroy();
    this.presign?.close();
  }

  private at(key: string): { Bucket: string; Key: string } {
    segmentsOf(key);
    return { Bucket: this.session.bucket, Key: this.session.prefix + key };
  }

  private page(
    Prefix: string,
    limit: number,
    StartAfter: string | undefined,
    timeoutMs = this.session.timeouts.callMs,
  ): Promise<ListObjectsV2CommandOutput> {
    const { client, bucket } = this.session;
    const MaxKeys = Math.min(limit, MAX_PAGE);
    const command = new ListObjectsV2Command({
      Bucket: bucket,
      Prefix,
      MaxKeys,
      ...(StartAfter ? { StartAfter } : {}),
    });
    return callS3(this.session, { timeoutMs }, (abortSignal) => client.send(command, { abortSignal }));
  }
}

/** Quotes around the ETag are HTTP's, and not every server sends them every time. */
function factsOf(answer: { ContentLength?: number | undefined; ETag?: string | undefined }) {
  return { size: answer.ContentLength ?? 0, etag: (answer.ETag ?? '').replaceAll('"', '') };
}
