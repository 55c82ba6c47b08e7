import { IsInt, IsString, Matches, Max, Min } from 'class-validator';
import { Env } from './env.decorator.js';
import { ServiceConfig } from './service.config.js';
import { strongUrlPassword } from './strong-url-password.js';

const POSTGRES_URL = /^postgres(ql)?:\/\//;

/** What the two services with a database have in common: core-api and scheduler. */
export class EngineConfig extends ServiceConfig {
  @Env('DATABASE_URL', {
    description: 'PostgreSQL as windlass_engine: batches over all tenants. Refused without a strong password.',
    example: 'postgresql://windlass_engine:PASSWORD@db.internal:5432/windlass',
    secret: true,
  })
  @Matches(POSTGRES_URL, { message: 'must be a postgresql:// URL with user windlass_engine' })
  @strongUrlPassword()
  databaseUrl: string;

  @Env('DATABASE_READER_URL', {
    description:
      'PostgreSQL as windlass_reader: client reads under row-level security. Refused without a strong password.',
    example: 'postgresql://windlass_reader:PASSWORD@db.internal:5432/windlass',
    secret: true,
  })
  @Matches(POSTGRES_URL, { message: 'must be a postgresql:// URL with user windlass_reader' })
  @strongUrlPassword()
  databaseReaderUrl: string;

  @Env('DATABASE_CONNECTIONS', {
    description: 'Connections of one process in all; 4 of 20 are reserved for beats.',
    default: 20,
  })
  @IsInt()
  @Min(6)
  @Max(200)
  databaseConnections: number;

  @Env('RABBITMQ_URL', {
    description: 'RabbitMQ, with user and vhost. Refused without a strong password.',
    example: 'amqp://core:PASSWORD@mq.internal:5672/windlass',
    secret: true,
  })
  @Matches(/^amqps?:\/\/./, { message: 'must be an amqp:// or amqps:// URL' })
  @strongUrlPassword()
  rabbitmqUrl: string;

  @Env('HEALTH_HOST', { description: 'Address the health endpoints listen on.', default: '0.0.0.0' })
  @IsString()
  healthHost: string;

  @Env('LEASE_MS', {
    description: 'Lease of a running attempt. The same on every core and scheduler.',
    default: 20_000,
    unit: 'ms',
  })
  @IsInt()
  @Min(1000)
  @Max(600_000)
  leaseMs: number;
}
