import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { BeginUploadRequest, CompleteUploadRequest, Upload } from '@windlass/client';
import type { Runtime } from '@windlass/clock';
import { beginFile, dropFile, type FileView, fileReply, finishFile, readFile } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import { type FileStore, type Presign, uploadKey } from '@windlass/files';
import { RpcClient } from '@windlass/service-kit';
import { GatewayConfig } from '../config/gateway.config.js';
import { FILES, RUNTIME } from '../gateway-ports.js';
import { invalid } from '../http/read-fields.js';
import { MAX_PARTS } from './file.dto.js';

const MIB = 1_048_576;
/** Above this a broken line costs too much of what was sent already. */
const MAX_PUT_BYTES = 64 * MIB;
const MIN_PART_BYTES = 16 * MIB;
const URLS_LIVE_SECONDS = 3_600;

/** Uploads that go past the gateway, straight into the storage: begun and completed here. */
@Injectable()
export class DirectUploads {
  constructor(
    @Inject(RpcClient) private readonly core: RpcClient,
    @Inject(FILES) private readonly files: FileStore,
    @Inject(GatewayConfig) private readonly config: GatewayConfig,
    @Inject(RUNTIME) private readonly runtime: Runtime,
  ) {}

  async begin(tenantId: string, request: BeginUploadRequest): Promise<Upload> {
    const presign = this.presign();
    const { name, contentType, size, sha256 } = request;
    if (size > this.config.maxFileBytes) {
      throw fault('files.too-large', { detail: `Files may have at most ${this.config.maxFileBytes} bytes.` });
    }
    const id = this.runtime.uuid();
    const key = uploadKey(tenantId, id);
    const inParts = size > MAX_PUT_BYTES;
    const { uploadId } = inParts ? await presign.startMultipart(key, { contentType }) : { uploadId: undefined };
    const row = { tenantId, id, key, name, contentType, size, sha256 };
    await this.core.call(beginFile, fileReply, { ...row, ...(uploadId === undefined ? {} : { uploadId }) });
    const expiresInSeconds = URLS_LIVE_SECONDS;
    const answer = { id, expiresAt: new Date(this.runtime.now() + expiresInSeconds * 1000).toISOString() };
    if (uploadId !== undefined) return { ...answer, multipart: await this.parts(presign, key, uploadId, size) };
    const url = await presign.putUrl(key, { contentType, size, expiresInSeconds });
    return { ...answer, put: { url, headers: { 'content-type': contentType } } };
  }

  /** Repeating it answers the stored file. */
  async complete(tenantId: string, id: string, request: CompleteUploadRequest): Promise<FileView> {
    const presign = this.presign();
    const file = await this.pending(tenantId, id, 'stored');
    if (file.state === 'stored') return file;
    if (file.uploadId !== undefined && !(await this.files.stat(file.key))) {
      if (!request.parts?.length) throw invalid([{ path: '/parts', message: 'is required for a multipart upload' }]);
      await presign.completeMultipart(file.key, { uploadId: file.uploadId, parts: request.parts });
    }
    const found = await this.files.stat(file.key);
    if (!found)
      throw fault('files.upload-incomplete', {
        detail: 'The storage has nothing under this upload yet. Send the bytes first.',
      });
    if (found.size !== file.size) throw mismatch(`it has ${found.size} bytes, ${file.size} were announced`);
    // Read once as a whole: what the storage says about checksums differs from server to server.
    const sha256 = await this.checksum(file.key, found);
    if (sha256 !== file.sha256) throw mismatch('its sha256 is another one');
    return this.core.call(finishFile, fileReply, { tenantId, id, size: found.size, sha256, etag: found.etag });
  }

  async abort(tenantId: string, id: string): Promise<void> {
    const presign = this.presign();
    const file = await this.pending(tenantId, id);
    await this.core.call(dropFile, fileReply, { tenantId, id });
    if (file.uploadId !== undefined) await presign.abortMultipart(file.key, { uploadId: file.uploadId });
    await this.files.delete(file.key);
  }

  private async parts(presign: Presign, key: string, uploadId: string, size: number) {
    const partSize = Math.max(MIN_PART_BYTES, Math.ceil(size / MAX_PARTS));
    const parts = [];
    for (let part = 1; (part - 1) * partSize < size; part += 1) {
      parts.push({ part, url: await presign.partUrl(key, { uploadId, part, expiresInSeconds: URLS_LIVE_SECONDS }) });
    }
    return { partSize, parts };
  }

  private async pending(tenantId: string, id: string, orState?: 'stored'): Promise<FileView> {
    const file = await this.core.call(readFile, fileReply, { tenantId, id }).catch((error) => {
      throw error?.code === 'files.unknown' ? uploadUnknown() : error;
    });
    if (file.state !== 'pending' && file.state !== orState) throw uploadUnknown();
    return file;
  }

  private async checksum(key: string, expect: { size: number; etag: string }): Promise<string> {
    const { content } = await this.files.get(key, { expect });
    const sum = createHash('sha256');
    for await (const chunk of content) sum.update(chunk as Buffer);
    return sum.digest('hex');
  }

  private presign(): Presign {
    if (this.files.presign) return this.files.presign;
    throw fault('files.presign-unsupported', { detail: 'This service takes files by POST /v1/files only.' });
  }
}

function mismatch(why: string) {
  return fault('files.checksum-mismatch', {
    detail: `The content is not what was announced: ${why}. Begin a new upload.`,
  });
}

function uploadUnknown() {
  return fault('files.upload-unknown', { detail: 'There is no such upload; it may have been completed or given up.' });
}
