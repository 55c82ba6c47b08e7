export { attemptKey, attemptPrefix, jobPrefix, jobsPrefix, uploadKey, uploadsPrefix } from './build-key.js';
export { createFileStore, type FileStoreConfig } from './create-file-store.js';
export type { DirectoryStoreOptions } from './directory/create-directory-store.js';
export type { FileStore, GetOptions, ObjectContent, Presign, PutOptions, StoredObject } from './file-store.js';
export type { S3StoreOptions, S3Timeouts } from './s3/create-s3-store.js';
