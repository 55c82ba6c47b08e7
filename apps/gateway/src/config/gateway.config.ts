import { Env, FilesConfig, strongSecret, strongUrlPassword } from '@windlass/service-kit';
import { IsInt, IsNotEmpty, IsOptional, IsString, IsUrl, Matches, Max, Min, ValidateIf } from 'class-validator';
import { WithoutOther } from './without-other.decorator.js';

const MIB = 1_048_576;

export class GatewayConfig extends FilesConfig {
  @Env('PORT', { description: 'Port of the REST API.', default: 3000 })
  @IsInt()
  @Min(0)
  @Max(65_535)
  port: number;

  @Env('HOST', { description: 'Address to listen on.', default: '0.0.0.0' })
  @IsNotEmpty()
  host: string;

  @Env('RABBITMQ_URL', {
    description: 'RabbitMQ, with user and vhost. Refused without a strong password.',
    example: 'amqp://gateway:PASSWORD@mq.internal:5672/windlass',
    secret: true,
  })
  @Matches(/^amqps?:\/\/./, { message: 'must be an amqp:// or amqps:// URL' })
  @strongUrlPassword()
  rabbitmqUrl: string;

  @Env('JWT_SECRET', {
    description: 'Shared secret of HS256 tokens, at least 32 random bytes. Either this or JWKS_URL.',
    secret: true,
  })
  @ValidateIf((config: GatewayConfig) => config.jwksUrl === undefined || config.jwtSecret !== undefined)
  @strongSecret(32)
  @WithoutOther('jwksUrl', 'JWKS_URL')
  jwtSecret?: string;

  @Env('JWKS_URL', {
    description: 'Public keys of RS256 or ES256 tokens. Either this or JWT_SECRET.',
    example: 'https://login.example.com/.well-known/jwks.json',
  })
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] })
  jwksUrl?: string;

  @Env('JWT_ISSUER', { description: 'Required `iss` of tokens.', default: 'windlass' })
  @IsNotEmpty()
  jwtIssuer: string;

  @Env('JWT_AUDIENCE', { description: 'Required `aud` of tokens.', default: 'windlass' })
  @IsNotEmpty()
  jwtAudience: string;

  @Env('BODY_LIMIT_BYTES', {
    description: 'Largest JSON body. 1 MiB is also the most that core accepts.',
    default: MIB,
    unit: 'bytes',
  })
  @IsInt()
  @Min(1024)
  @Max(MIB)
  bodyLimitBytes: number;

  @Env('MAX_IN_FLIGHT', {
    description: 'Requests under way at a time; further ones are answered 503. A waiting one counts among MAX_STREAMS.',
    default: 1000,
  })
  @IsInt()
  @Min(1)
  maxInFlight: number;

  @Env('MAX_IN_FLIGHT_PER_TENANT', {
    description: 'Requests of one tenant under way at a time; further ones are answered 429.',
    default: 500,
  })
  @IsInt()
  @Min(1)
  maxInFlightPerTenant: number;

  @Env('MAX_STREAMS', {
    description: 'Event streams and long polls at a time; further ones are answered 429.',
    default: 1000,
  })
  @IsInt()
  @Min(1)
  maxStreams: number;

  @Env('MAX_STREAMS_PER_TENANT', {
    description: 'Event streams and long polls of one tenant at a time; further ones are answered 429.',
    default: 200,
  })
  @IsInt()
  @Min(1)
  maxStreamsPerTenant: number;

  @Env('MAX_FILE_BYTES', { description: 'Largest file.', default: 512 * MIB, unit: 'bytes' })
  @IsInt()
  @Min(1)
  maxFileBytes: number;

  @Env('FILE_TYPES', {
    description: 'Content types of files that are accepted, with `*`.',
    default: ['*/*'],
    example: 'image/*,application/pdf',
  })
  @Matches(/^[\w.+*-]+\/[\w.+*-]+$/, { each: true, message: 'must be content types such as image/*' })
  fileTypes: string[];

  @Env('RPC_TIMEOUT_MS', {
    description: 'Longest wait for core. Clients get their 503 after it, so it stays below two seconds.',
    default: 1500,
    unit: 'ms',
  })
  @IsInt()
  @Min(100)
  @Max(60_000)
  rpcTimeoutMs: number;

  @Env('MAX_SUBMIT_DELAY_MS', {
    description:
      'Once submissions take longer than this to be answered, only as many are let in as core takes in that time; the rest is refused at once with 503.',
    default: 500,
    unit: 'ms',
  })
  @IsInt()
  @Min(50)
  @Max(60_000)
  maxSubmitDelayMs: number;

  @Env('REQUEST_TIMEOUT_MS', {
    description: 'Longest time for a request to arrive, its body included: ends slow senders, but also bounds uploads.',
    default: 300_000,
    unit: 'ms',
  })
  @IsInt()
  @Min(100)
  requestTimeoutMs: number;

  @Env('TRUST_PROXY', {
    description: 'Whose X-Forwarded-* headers count: `false`, `true`, a number of hops, or addresses and networks.',
    default: 'false',
    example: '10.0.0.0/8',
  })
  @IsString()
  trustProxy: string;

  @Env('S3_PUBLIC_ENDPOINT', {
    description: 'Address of the S3 server as clients reach it, for presigned URLs. Unset: the gateway streams.',
    example: 'https://files.example.com',
  })
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] })
  s3PublicEndpoint?: string;
}
