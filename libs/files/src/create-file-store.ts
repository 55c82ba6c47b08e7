import { createDirectoryStore, type DirectoryStoreOptions } from './directory/create-directory-store.js';
import type { FileStore } from './file-store.js';
import { createS3Store, type S3StoreOptions } from './s3/create-s3-store.js';

export type FileStoreConfig = ({ driver: 'directory' } & DirectoryStoreOptions) | ({ driver: 's3' } & S3StoreOptions);

/** The adapter that the configuration names. Opens nothing yet: `check` tells whether it can be used. */
export function createFileStore(config: FileStoreConfig): FileStore {
  return config.driver === 'directory' ? createDirectoryStore(config) : createS3Store(config);
}
