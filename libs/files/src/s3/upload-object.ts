import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { PutOptions } from '../file-store.js';
import type { MeasuredContent } from '../measure-content.js';
import { asFileFault } from './as-file-fault.js';
import type { S3Session } from './connect-s3.js';

/** An upload holds up to three parts in memory: two on their way and one being filled. */
const PARTS_UNDER_WAY = 2;
const PART_BYTES = 8 * 1024 * 1024;
const MAX_PARTS = 10_000;

/**
 * Streams an object up: one put when it fits in a part, multipart otherwise. A failure of the content reaches the SDK before it
 * has seen the end, so nothing is ever completed; parts that went up are aborted before this rejects.
 */
export async function uploadObject(
  session: S3Session,
  key: string,
  content: MeasuredContent,
  options: PutOptions,
): Promise<void> {
  // What went wrong first is the cause; the rest is what it brought down, or what the clearing up ran into.
  let cause: { error: unknown } | undefined;
  async function* watched() {
    try {
      yield* content.chunks;
    } catch (error) {
      cause ??= { error };
      throw error;
    }
  }
  const body = Readable.from(watched(), { objectMode: false });
  const sender = new FailFastSender(session.client, (error) => {
    cause ??= { error: asFileFault(error) };
    content.stop();
  });
  const upload = new Upload({
    client: sender as unknown as S3Client,
    params: { Bucket: session.bucket, Key: key, Body: body, ContentType: options.contentType },
    queueSize: PARTS_UNDER_WAY,
    partSize: Math.max(PART_BYTES, Math.ceil(options.maxBytes / MAX_PARTS)),
    leavePartsOnError: false,
  });
  try {
    await upload.done();
  } catch (error) {
    throw cause ? cause.error : asFileFault(error);
  } finally {
    body.destroy();
  }
}

/** Tells of the first request that fails: lib-storage by itself would read and send all the rest, only to abort it. */
class FailFastSender {
  readonly config: S3Client['config'];

  constructor(
    private readonly client: S3Client,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.config = client.config;
  }

  async send(command: Parameters<S3Client['send']>[0]): Promise<unknown> {
    try {
      return await this.client.send(command);
    } catch (error) {
      this.onFailure(error);
      throw error;
    }
  }
}
