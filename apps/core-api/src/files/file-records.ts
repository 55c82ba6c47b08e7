import { Injectable } from '@nestjs/common';
import type { Static } from '@sinclair/typebox';
import type { beginFile, FileView, finishFile, readInput } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import { type Database, FileEntity, JobEntity, storeFault } from '@windlass/store';

/** Rows of tenants' files. Bytes never come here: gateway and worker move them. */
@Injectable()
export class FileRecords {
  constructor(private readonly db: Database) {}

  async begin(request: Static<typeof beginFile.schema>): Promise<FileView> {
    const rows = await this.query<FileEntity>(
      `insert into files (id, tenant_id, name, content_type, size, sha256, etag, key, state, upload_id, created_at)
       values ($1, $2, $3, $4, $5, $6, '', $7, 'pending', $8, windlass_now())
       on conflict (id) do update set id = files.id where files.tenant_id = excluded.tenant_id and files.key = excluded.key returning id`,
      [
        request.id,
        request.tenantId,
        request.name,
        request.contentType,
        request.size ?? 0,
        request.sha256 ?? '',
        request.key,
        request.uploadId ?? null,
      ],
    );
    if (rows.length === 0) throw fault('internal.bug', { cause: 'a file id was used twice' });
    return this.read(request.tenantId, request.id);
  }

  /** `pending → stored`, once. The same content again is the same answer; other content is refused. */
  async finish(request: Static<typeof finishFile.schema>): Promise<FileView> {
    await this.query(
      `update files set state = 'stored', size = $3, sha256 = $4, etag = $5, upload_id = null where id = $1 and tenant_id = $2 and state = 'pending'`,
      [request.id, request.tenantId, request.size, request.sha256, request.etag],
    );
    const file = await this.read(request.tenantId, request.id);
    if (file.sha256 !== request.sha256)
      throw fault('files.changed', { detail: 'The file was stored before with other content.' });
    return file;
  }

  async drop(tenantId: string, id: string): Promise<FileView> {
    const file = await this.read(tenantId, id);
    if (file.state !== 'pending') throw unknown();
    await this.query(`delete from files where id = $1 and tenant_id = $2 and state = 'pending'`, [id, tenantId]);
    return file;
  }

  async read(tenantId: string, id: string): Promise<FileView> {
    try {
      const row = await this.db.sources.readAs(tenantId, (manager) => manager.findOneBy(FileEntity, { id }));
      if (!row) throw unknown();
      return viewOf(row);
    } catch (error) {
      throw storeFault(error);
    }
  }

  /** A stored file of the tenant whose job this attempt runs. Anything else is unknown, also to a zombie. */
  async input(request: Static<typeof readInput.schema>): Promise<FileView> {
    const { jobId, run, epoch, token } = request;
    const job = await this.db.sources.engine
      .getRepository(JobEntity)
      .findOneBy({ id: jobId, run, epoch, token, state: 'running' })
      .catch((error: unknown) => {
        throw storeFault(error);
      });
    if (!job) throw unknown();
    const file = await this.read(job.tenantId, request.fileId);
    if (file.state !== 'stored') throw unknown();
    return file;
  }

  private async query<R>(text: string, values: unknown[]): Promise<R[]> {
    try {
      return await this.db.sources.engine.query(text, values);
    } catch (error) {
      throw storeFault(error);
    }
  }
}

const unknown = () =>
  fault('files.unknown', { detail: 'There is no stored file with this id. Check the id and the token’s tenant.' });

function viewOf(row: FileEntity): FileView {
  const { id, name, contentType, size, sha256, etag, key, state, uploadId, createdAt } = row;
  return {
    id,
    name,
    contentType,
    size: Number(size),
    sha256,
    etag,
    key,
    state,
    ...(uploadId === null ? {} : { uploadId }),
    createdAt: createdAt.getTime(),
  };
}
