export { Download } from './download.js';
export * from './types.js';
export type { UploadOptions, UploadSource } from './upload-content.js';
export type { WaitOptions } from './wait-for-job.js';
export { WindlassClient, type WindlassClientOptions } from './windlass-client.js';
export { WindlassError } from './windlass-error.js';
