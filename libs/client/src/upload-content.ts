import type { CallBody } from './send-request.js';

/** What can be uploaded: a path (Node), bytes, or a stream of bytes. */
export type UploadSource = string | Blob | Uint8Array | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

export interface UploadOptions {
  /** Default: the path's last part, else `file`. */
  name?: string;
  /** Default: the Blob's own, else `application/octet-stream`. */
  contentType?: string;
  /** Lower-case hex. The service refuses content that does not match. */
  sha256?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface UploadContent {
  body: CallBody;
  name: string;
  contentType: string;
}

export async function uploadContent(source: UploadSource, options: UploadOptions): Promise<UploadContent> {
  const contentType = options.contentType ?? (source instanceof Blob && source.type ? source.type : undefined);
  const named = { name: options.name ?? nameOf(source), contentType: contentType ?? 'application/octet-stream' };
  if (source instanceof Blob) return { ...named, body: source };
  if (source instanceof Uint8Array) return { ...named, body: source as Uint8Array<ArrayBuffer> };
  return { ...named, body: await streamOf(source) };
}

function nameOf(source: UploadSource): string {
  if (typeof source === 'string') return source.split(/[\\/]/).filter(Boolean).at(-1) ?? 'file';
  return 'name' in source && typeof source.name === 'string' && source.name ? source.name : 'file';
}

async function streamOf(source: string | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>) {
  if (source instanceof ReadableStream) return source;
  if (typeof source !== 'string') return fromIterable(source);
  // Only here, so that a browser bundle needs no file system.
  const { open } = await import('node:fs/promises');
  const file = await open(source, 'r');
  return fromIterable(file.createReadStream() as AsyncIterable<Uint8Array>);
}

function fromIterable(source: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await iterator.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel(reason) {
      await iterator.return?.(reason);
    },
  });
}
