import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { fault, isFault } from '@windlass/faults';
import { segmentsOf } from '../check-key.js';
import type { Presign } from '../file-store.js';
import { callS3, type S3Session } from './connect-s3.js';

/** URLs are signed for the public endpoint; what we do ourselves (start, complete, abort) goes to the inner one. */
export class S3Presign implements Presign {
  constructor(
    private readonly session: S3Session,
    private readonly publicClient: S3Client,
  ) {}

  async putUrl(key: string, options: { contentType: string; size: number; expiresInSeconds: number }): Promise<string> {
    const command = new PutObjectCommand({
      ...this.at(key),
      ContentType: options.contentType,
      ContentLength: options.size,
    });
    return getSignedUrl(this.publicClient, command, {
      expiresIn: options.expiresInSeconds,
      // By itself the SDK leaves the type out of the signature: a client could store HTML as a picture.
      signableHeaders: new Set(['host', 'content-type', 'content-length']),
    });
  }

  async getUrl(
    key: string,
    options: { fileName: string; contentType: string; expiresInSeconds: number },
  ): Promise<string> {
    const command = new GetObjectCommand({
      ...this.at(key),
      ResponseContentType: options.contentType,
      ResponseContentDisposition: attachment(options.fileName),
    });
    return getSignedUrl(this.publicClient, command, { expiresIn: options.expiresInSeconds });
  }

  async startMultipart(key: string, options: { contentType: string }): Promise<{ uploadId: string }> {
    const command = new CreateMultipartUploadCommand({ ...this.at(key), ContentType: options.contentType });
    const { UploadId } = await callS3(this.session, {}, (abortSignal) =>
      this.session.client.send(command, { abortSignal }),
    );
    if (UploadId === undefined) throw fault('files.unavailable', { cause: new Error('an upload without an id') });
    return { uploadId: UploadId };
  }

  async partUrl(key: string, options: { uploadId: string; part: number; expiresInSeconds: number }): Promise<string> {
    const command = new UploadPartCommand({ ...this.at(key), UploadId: options.uploadId, PartNumber: options.part });
    return getSignedUrl(this.publicClient, command, { expiresIn: options.expiresInSeconds });
  }

  async completeMultipart(
    key: string,
    options: { uploadId: string; parts: { part: number; etag: string }[] },
  ): Promise<void> {
    const Parts = options.parts
      .map(({ part, etag }) => ({ PartNumber: part, ETag: etag }))
      .sort((a, b) => a.PartNumber - b.PartNumber);
    const command = new CompleteMultipartUploadCommand({
      ...this.at(key),
      UploadId: options.uploadId,
      MultipartUpload: { Parts },
    });
    // Servers may put the parts together before they answer: it gets the time of a request with a body.
    await callS3(this.session, { timeoutMs: this.session.timeouts.requestMs }, (abortSignal) =>
      this.session.client.send(command, { abortSignal }),
    );
  }

  async abortMultipart(key: string, options: { uploadId: string }): Promise<void> {
    const command = new AbortMultipartUploadCommand({ ...this.at(key), UploadId: options.uploadId });
    try {
      await callS3(this.session, {}, (abortSignal) => this.session.client.send(command, { abortSignal }));
    } catch (error) {
      if (!isFault(error) || error.code !== 'files.upload-unknown') throw error;
    }
  }

  close(): void {
    this.publicClient.destroy();
  }

  private at(key: string): { Bucket: string; Key: string } {
    segmentsOf(key);
    return { Bucket: this.session.bucket, Key: this.session.prefix + key };
  }
}

/** RFC 6266: the name in UTF-8, and a plain one for clients that do not know that form. */
function attachment(fileName: string): string {
  const plain = fileName.replace(/[^A-Za-z0-9 ._-]/g, '_');
  const encoded = encodeURIComponent(fileName.replace(/\p{Surrogate}/gu, '_')).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
