import { IsIn, IsNotEmpty, IsString, IsUrl, ValidateIf } from 'class-validator';
import { Env } from './env.decorator.js';
import { ServiceConfig } from './service.config.js';
import { strongSecret } from './strong-secret.js';

const onS3 = (config: FilesConfig) => config.filesDriver === 's3';

/** Where files live: the same for gateways and workers, since all of them must see one storage. */
export class FilesConfig extends ServiceConfig {
  @Env('FILES_DRIVER', { description: 'Where files live: `directory` or `s3`.', default: 'directory' })
  @IsIn(['directory', 's3'])
  filesDriver: string;

  @Env('FILES_DIRECTORY', {
    description: 'Root of the `directory` driver. May be a network file system.',
    default: './.windlass/files',
  })
  @ValidateIf((config: FilesConfig) => config.filesDriver === 'directory')
  @IsNotEmpty()
  filesDirectory: string;

  @Env('S3_ENDPOINT', {
    description: 'Address of the S3 server as services reach it. Required by the `s3` driver.',
    example: 'http://s3.internal:9000',
  })
  @ValidateIf(onS3)
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] })
  s3Endpoint?: string;

  @Env('S3_REGION', { description: 'Region that requests are signed for.', default: 'us-east-1' })
  @IsString()
  s3Region: string;

  @Env('S3_BUCKET', { description: 'Bucket of all files. Required by the `s3` driver.', example: 'windlass' })
  @ValidateIf(onS3)
  @IsNotEmpty()
  s3Bucket?: string;

  @Env('S3_ACCESS_KEY_ID', {
    description: 'Account of this service. Required by the `s3` driver.',
    example: 'windlass-gateway',
  })
  @ValidateIf(onS3)
  @IsNotEmpty()
  s3AccessKeyId?: string;

  @Env('S3_SECRET_ACCESS_KEY', { description: 'Its secret. Required by the `s3` driver.', secret: true })
  @ValidateIf(onS3)
  @strongSecret(16)
  s3SecretAccessKey?: string;

  @Env('S3_FORCE_PATH_STYLE', {
    description: 'Bucket in the path, not in the host name: what most servers other than AWS need.',
    default: true,
  })
  s3ForcePathStyle: boolean;
}

/** The configuration in the form that `createFileStore` of libs/files takes. */
export function fileStoreOptions(config: FilesConfig & { s3PublicEndpoint?: string }) {
  if (config.filesDriver === 'directory') return { driver: 'directory' as const, root: config.filesDirectory };
  return {
    driver: 's3' as const,
    endpoint: config.s3Endpoint ?? '',
    ...(config.s3PublicEndpoint ? { publicEndpoint: config.s3PublicEndpoint } : {}),
    region: config.s3Region,
    bucket: config.s3Bucket ?? '',
    accessKeyId: config.s3AccessKeyId ?? '',
    secretAccessKey: config.s3SecretAccessKey ?? '',
    forcePathStyle: config.s3ForcePathStyle,
  };
}
