import type { FileStoreConfig } from '@windlass/files';
import type { FilesConfig } from './config/files.config.js';

/** The storage that the configuration names; what the driver needs was checked with it. */
export function fileStoreOptions(config: FilesConfig): FileStoreConfig {
  if (config.filesDriver === 'directory') return { driver: 'directory', root: config.filesDirectory };
  return {
    driver: 's3',
    endpoint: config.s3Endpoint!,
    region: config.s3Region,
    bucket: config.s3Bucket!,
    accessKeyId: config.s3AccessKeyId!,
    secretAccessKey: config.s3SecretAccessKey!,
    forcePathStyle: config.s3ForcePathStyle,
  };
}
