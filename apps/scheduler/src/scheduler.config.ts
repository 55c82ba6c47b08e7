import { Env, ServiceConfig } from '@windlass/service-kit';
import { IsInt, IsString, Matches, Max, Min } from 'class-validator';

const POSTGRES_URL = /^postgres(ql)?:\/\//;

export class SchedulerConfig extends ServiceConfig {
  @Env('DATABASE_URL', {
    description: 'PostgreSQL as windlass_engine: the engine’s batches.',
    example: 'postgresql://windlass_engine:PASSWORD@db.internal:5432/windlass',
    secret: true,
  })
  @Matches(POSTGRES_URL, { message: 'must be a postgresql:// URL with user windlass_engine' })
  databaseUrl: string;

  @Env('DATABASE_READER_URL', {
    description: 'PostgreSQL as windlass_reader: client reads under row-level security.',
    example: 'postgresql://windlass_reader:PASSWORD@db.internal:5432/windlass',
    secret: true,
  })
  @Matches(POSTGRES_URL, { message: 'must be a postgresql:// URL with user windlass_reader' })
  databaseReaderUrl: string;

  @Env('DATABASE_CONNECTIONS', { description: 'Connections of one process in all; 4 of 20 are reserved for beats.', default: 20 })
  @IsInt()
  @Min(6)
  @Max(200)
  databaseConnections: number;

  @Env('RABBITMQ_URL', {
    description: 'RabbitMQ, with user and vhost.',
    example: 'amqp://scheduler:PASSWORD@mq.internal:5672/windlass',
    secret: true,
  })
  @Matches(/^amqps?:\/\//, { message: 'must be an amqp:// or amqps:// URL' })
  rabbitmqUrl: string;

  @Env('HEALTH_PORT', { description: 'Port of the health endpoints; 0 for none.', default: 3002 })
  @IsInt()
  @Min(0)
  @Max(65535)
  healthPort: number;

  @Env('HEALTH_HOST', { description: 'Address the health endpoints listen on.', default: '0.0.0.0' })
  @IsString()
  healthHost: string;

  @Env('LEASE_MS', { description: 'Lease of a running attempt. The same on every core and scheduler.', default: 20000, unit: 'ms' })
  @IsInt()
  @Min(1000)
  @Max(600_000)
  leaseMs: number;

  @Env('LEADER_TTL_MS', { description: 'A leader that has not renewed for this long is replaced.', default: 10000, unit: 'ms' })
  @IsInt()
  @Min(1000)
  @Max(120_000)
  leaderTtlMs: number;
}
