import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('files')
export class FileEntity {
  @PrimaryColumn('uuid') id: string;
  @Column('text', { name: 'tenant_id' }) tenantId: string;
  @Column('text') name: string;
  @Column('text', { name: 'content_type' }) contentType: string;
  /** bigint travels as text: a file may be larger than 2^53 bytes only in theory. */
  @Column('bigint') size: string;
  @Column('text') sha256: string;
  @Column('text') etag: string;
  @Column('text') key: string;
  @Column('text') state: 'pending' | 'stored';
  @Column('text', { name: 'upload_id', nullable: true }) uploadId: string | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
}

@Entity('artifacts')
export class ArtifactEntity {
  @PrimaryColumn('uuid', { name: 'job_id' }) jobId: string;
  @PrimaryColumn('int') run: number;
  @PrimaryColumn('text') name: string;
  @Column('text', { name: 'tenant_id' }) tenantId: string;
  @Column('int') epoch: number;
  @Column('text') key: string;
  @Column('bigint') size: string;
  @Column('text') sha256: string;
  @Column('text') etag: string;
  @Column('text', { name: 'content_type' }) contentType: string;
}

@Entity('api_keys')
export class ApiKeyEntity {
  @PrimaryColumn('uuid') id: string;
  @Column('text', { name: 'tenant_id' }) tenantId: string;
  @Column('text') name: string;
  @Column('text', { array: true }) scopes: string[];
  /** Not selected unless asked for: the reader has no right to it. */
  @Column('text', { name: 'secret_hash', select: false }) secretHash: string;
  @Column('text', { name: 'created_by' }) createdBy: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'expires_at', nullable: true }) expiresAt: Date | null;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt: Date | null;
}
