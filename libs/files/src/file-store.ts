import type { Readable } from 'node:stream';

/**
 * The files port: objects by key, written once, read by stream. Two adapters: directory and S3.
 * Keys are `/`-separated segments of [A-Za-z0-9._-], at most 512 characters, no segment `.` or `..`; anything else is refused
 * before it reaches the storage. Every call has a timeout and rejects `files.unavailable` when the storage does not answer.
 */
export interface FileStore {
  /**
   * Streams an object in and resolves once it is durable. Rejects `files.too-large` as soon as `maxBytes` is passed and
   * `files.checksum-mismatch` when `sha256` was given and differs; then nothing is left under the key.
   */
  put(key: string, content: Readable, options: PutOptions): Promise<StoredObject>;
  /**
   * Streams an object out. With `expect`, rejects `files.changed` when size or ETag differ from what was recorded.
   * Rejects `files.unknown` when it is missing.
   */
  get(key: string, options?: { expect?: { size: number; etag: string }; signal?: AbortSignal }): Promise<{ content: Readable; size: number; etag: string }>;
  stat(key: string): Promise<{ size: number; etag: string } | undefined>;
  /** Deleting what is not there is fine. */
  delete(key: string): Promise<void>;
  /** Keys below a prefix in order, at most `limit`, after `after`. */
  list(prefix: string, options: { limit: number; after?: string }): Promise<string[]>;
  /** Direct transfer between client and storage; undefined where the storage has none (directory, or no public endpoint). */
  readonly presign: Presign | undefined;
  /** Rejects `files.unavailable` when the storage cannot be used. */
  check(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
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
  completeMultipart(key: string, options: { uploadId: string; parts: { part: number; etag: string }[] }): Promise<void>;
  abortMultipart(key: string, options: { uploadId: string }): Promise<void>;
}
