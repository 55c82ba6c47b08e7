import type { DirectoryStoreOptions } from './directory/create-directory-store.js';
import type { FileStore } from './file-store.js';
import type { S3StoreOptions } from './s3/create-s3-store.js';

export type FileStoreConfig = ({ driver: 'directory' } & DirectoryStoreOptions) | ({ driver: 's3' } & S3StoreOptions);

/**
 * The adapter that the configuration names. Opens nothing yet: `check` tells whether it can be used. Only that adapter's code is
 * loaded: the S3 SDK weighs as much as a whole small service.
 */
export async function createFileStore(config: FileStoreConfig): Promise<FileStore> {
  if (config.driver === 'directory') {
    return (await import('./directory/create-directory-store.js')).createDirectoryStore(config);
  }
  return (await import('./s3/create-s3-store.js')).createS3Store(config);
}
