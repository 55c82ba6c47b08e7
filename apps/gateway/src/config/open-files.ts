import { createFileStore, type FileStore } from '@windlass/files';
import type { FilesConfig } from './files.config.js';

/** The storage that the configuration names. Opens nothing yet. */
export function openFiles(config: FilesConfig): FileStore {
  if (config.filesDriver === 'directory') return createFileStore({ driver: 'directory', root: config.filesDirectory });
  return createFileStore({
    driver: 's3',
    endpoint: config.s3Endpoint ?? '',
    publicEndpoint: config.s3PublicEndpoint,
    region: config.s3Region,
    bucket: config.s3Bucket ?? '',
    accessKeyId: config.s3AccessKeyId ?? '',
    secretAccessKey: config.s3SecretAccessKey ?? '',
    forcePathStyle: config.s3ForcePathStyle,
  });
}
