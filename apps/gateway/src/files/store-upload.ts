import { Inject, Injectable } from '@nestjs/common';
import type { Runtime } from '@windlass/clock';
import { beginFile, dropFile, type FileView, fileReply, finishFile } from '@windlass/contracts';
import { fault, messageOf } from '@windlass/faults';
import { type FileStore, uploadKey } from '@windlass/files';
import { type Logger, RpcClient } from '@windlass/service-kit';
import { GatewayConfig } from '../config/gateway.config.js';
import { FILES, LOGGER, RUNTIME } from '../gateway-ports.js';
import type { IncomingFile } from './read-upload.js';

export interface UploadClaims {
  tenantId: string;
  /** Bytes, when the client said so. */
  size: number | undefined;
  /** Lower-case hex, when the client said so. */
  sha256: string | undefined;
}

/** Streams a file into the storage. Its row comes first, so that whatever is left half-done can be found and collected. */
@Injectable()
export class UploadStorer {
  constructor(
    @Inject(RpcClient) private readonly core: RpcClient,
    @Inject(FILES) private readonly files: FileStore,
    @Inject(GatewayConfig) private readonly config: GatewayConfig,
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async store(file: IncomingFile & { contentType: string }, claims: UploadClaims): Promise<FileView> {
    const { tenantId, size, sha256 } = claims;
    const { name, contentType, content } = file;
    const id = this.runtime.uuid();
    const key = uploadKey(tenantId, id);
    await this.core.call(beginFile, fileReply, {
      tenantId,
      id,
      key,
      name,
      contentType,
      ...(size === undefined ? {} : { size }),
      ...(sha256 === undefined ? {} : { sha256 }),
    });
    try {
      const options = { contentType, maxBytes: this.config.maxFileBytes, ...(sha256 === undefined ? {} : { sha256 }) };
      const stored = await this.files.put(key, content, options);
      return await this.core.call(finishFile, fileReply, { tenantId, id, ...stored });
    } catch (error) {
      // Not awaited: the client need not wait for the tidying, and the row is collected later if it fails.
      void this.forget(tenantId, id);
      throw error;
    }
  }

  /** Before the first byte is read. */
  checkSize(size: number | undefined): void {
    if (size === undefined || size <= this.config.maxFileBytes) return;
    throw fault('files.too-large', { detail: `Files may have at most ${this.config.maxFileBytes} bytes.` });
  }

  /** Core refuses this for a file that was stored after all: then the answer to `finish` was lost, and the file stays. */
  private async forget(tenantId: string, id: string): Promise<void> {
    try {
      const dropped = await this.core.call(dropFile, fileReply, { tenantId, id });
      await this.files.delete(dropped.key);
    } catch (error) {
      this.logger.debug({ operation: 'files.drop', fileId: id, cause: messageOf(error) }, 'left for the collector');
    }
  }
}
