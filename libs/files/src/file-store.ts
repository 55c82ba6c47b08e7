import type { Readable } from 'node:stream';

/**
 * The files port: objects by key, written once, read by stream. Two adapters: directory and S3.
 * Keys are `/`-separated segments of [A-Za-z0-9._-], at most 512 characters, a segment at most 200 and never `.` or `..`;
 * anything else rejects `files.key-invalid` before it reaches the storage. Every call has a timeout and rejects
 * `files.unavailable` when the storage does not answer. A call given an aborted signal rejects with the signal's reason.
 */
export interface FileStore {
  /**
   * Streams an object in and resolves once it is durable. Rejects `files.too-large` as soon as `maxBytes` is passed,
   * `files.checksum-mismatch` when `sha256` was given and differs, and with the source's own error when `content` fails;
   * then this call leaves nothing behind (what stood under the key before still stands) and `content` is destroyed.
   * (Destroying an HTTP request takes its connection down: who wants to answer a refusal hands in a PassThrough.)
   * A second put under a key replaces the object as a whole; readers see the old or the new one, never a mix.
   */
  put(key: string, content: Readable, options: PutOptions): Promise<StoredObject>;
  /**
   * Streams an object out. With `expect`, rejects `files.changed` when size or ETag differ from what was recorded.
   * Rejects `files.unknown` when it is missing. The stream fails with `files.unavailable` when the storage stalls or ends
   * early, and with `files.changed` when the bytes do not match `expect.sha256` (the directory checks its own sum always);
   * the last chunk is held back until then, so a reader never has the whole of a wrong body.
   */
  get(key: string, options?: GetOptions): Promise<ObjectContent>;
  stat(key: string): Promise<{ size: number; etag: string } | undefined>;
  /** Deleting what is not there is fine. */
  delete(key: string): Promise<void>;
  /** Keys below a prefix (empty, or ending in `/`) in byte order, at most `limit`, strictly after `after`. */
  list(prefix: string, options: { limit: number; after?: string }): Promise<string[]>;
  /** Direct transfer between client and storage; undefined where the storage has none (directory, or no public endpoint). */
  readonly presign: Presign | undefined;
  /** Rejects `files.unavailable` when the storage cannot be used. */
  check(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface GetOptions {
  expect?: { size: number; etag: string; sha256?: string };
  signal?: AbortSignal;
}

export interface ObjectContent {
  content: Readable;
  size: number;
  etag: string;
}

export interface PutOptions {
  contentType: string;
  maxBytes: number;
  /** Lower-case hex; verified on the way through. */
  sha256?: string;
  signal?: AbortSignal;
}

export interface StoredObject {
  size: number;
  /** Lower-case hex of the bytes that were stored. */
  sha256: string;
  /** The storage's own mark of this content; opaque. */
  etag: string;
}

export interface Presign {
  /** A URL that stores exactly this key with this content type and length by PUT. */
  putUrl(key: string, options: { contentType: string; size: number; expiresInSeconds: number }): Promise<string>;
  getUrl(key: string, options: { fileName: string; contentType: string; expiresInSeconds: number }): Promise<string>;
  /** Multipart: for what is larger than one PUT should be. */
  startMultipart(key: string, options: { contentType: string }): Promise<{ uploadId: string }>;
  partUrl(key: string, options: { uploadId: string; part: number; expiresInSeconds: number }): Promise<string>;
  /** Rejects `files.upload-unknown`, or `files.checksum-mismatch` when the parts are not those that were sent. */
  completeMultipart(key: string, options: { uploadId: string; parts: { part: number; etag: string }[] }): Promise<void>;
  /** Aborting what is not there is fine. */
  abortMultipart(key: string, options: { uploadId: string }): Promise<void>;
}
