import { type Static, Type } from '@sinclair/typebox';
import { defineMessage } from '../envelope.js';
import { ArtifactEntry, Millis, TenantId, Uuid } from '../fields.js';

/** A stored file of a tenant. `pending` while a presigned upload is under way. */
export const FileView = Type.Object({
  id: Uuid,
  name: Type.String(),
  contentType: Type.String(),
  size: Type.Integer(),
  sha256: Type.String(),
  etag: Type.String(),
  key: Type.String(),
  state: Type.Union([Type.Literal('pending'), Type.Literal('stored')]),
  uploadId: Type.Optional(Type.String()),
  createdAt: Millis,
});
export type FileView = Static<typeof FileView>;

/** gateway → core, before the first byte: makes the id and the key's row as `pending`. */
export const beginFile = defineMessage(
  'files.begin',
  Type.Object({
    tenantId: TenantId,
    id: Uuid,
    key: Type.String({ maxLength: 512 }),
    name: Type.String({ maxLength: 255 }),
    contentType: Type.String({ maxLength: 255 }),
    size: Type.Optional(Type.Integer({ minimum: 0 })),
    sha256: Type.Optional(Type.String()),
    uploadId: Type.Optional(Type.String({ maxLength: 1024 })),
  }),
);
/** gateway → core, when the object is durable and its checksum known: `pending → stored`, once. */
export const finishFile = defineMessage(
  'files.finish',
  Type.Object({
    tenantId: TenantId,
    id: Uuid,
    size: Type.Integer({ minimum: 0 }),
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    etag: Type.String({ maxLength: 256 }),
  }),
);
/** gateway → core, when an upload was given up or failed: forgets a `pending` file and answers it as it was. A stored one stays: `files.unknown`. */
export const dropFile = defineMessage('files.drop', Type.Object({ tenantId: TenantId, id: Uuid }));
export const readFile = defineMessage('files.read', Type.Object({ tenantId: TenantId, id: Uuid }));
export const fileReply = defineMessage('files.reply', FileView);

/** worker → core: may this attempt read that file? Answers only for files of the job's own tenant. */
export const readInput = defineMessage(
  'files.input',
  Type.Object({ jobId: Uuid, run: Type.Integer(), epoch: Type.Integer(), token: Uuid, fileId: Uuid }),
);

export const readArtifacts = defineMessage('read.artifacts', Type.Object({ tenantId: TenantId, id: Uuid }));
export const readArtifactsReply = defineMessage(
  'read.artifacts.reply',
  Type.Object({ items: Type.Array(ArtifactEntry) }),
);
