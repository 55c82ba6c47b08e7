import { EngineConfig, Env } from '@windlass/service-kit';
import type { KeptClass } from '@windlass/store';
import { IsInt, Max, Min } from 'class-validator';

export class SchedulerConfig extends EngineConfig {
  @Env('HEALTH_PORT', { description: 'Port of the health endpoints; 0 for none.', default: 3002 })
  @IsInt()
  @Min(0)
  @Max(65_535)
  healthPort: number;

  @Env('LEADER_TTL_MS', {
    description: 'A leader that has not renewed for this long is replaced.',
    default: 10_000,
    unit: 'ms',
  })
  @IsInt()
  @Min(1000)
  @Max(120_000)
  leaderTtlMs: number;

  @Env('RETENTION_SHORT_DAYS', {
    description:
      'How long finished jobs of the class `short` are kept at least, from their end on; up to a week or so longer.',
    default: 7,
    unit: 'days',
  })
  @IsInt()
  @Min(1)
  @Max(36_500)
  retentionShortDays: number;

  @Env('RETENTION_STANDARD_DAYS', {
    description: 'The same of the class `standard`, which jobs have that name none.',
    default: 30,
    unit: 'days',
  })
  @IsInt()
  @Min(1)
  @Max(36_500)
  retentionStandardDays: number;

  @Env('RETENTION_LONG_DAYS', { description: 'The same of the class `long`.', default: 365, unit: 'days' })
  @IsInt()
  @Min(1)
  @Max(36_500)
  retentionLongDays: number;
}

export type KeptDays = Pick<SchedulerConfig, 'retentionShortDays' | 'retentionStandardDays' | 'retentionLongDays'>;

export const keptClasses = (config: KeptDays): KeptClass[] => [
  { retention: 'short', keepDays: config.retentionShortDays },
  { retention: 'standard', keepDays: config.retentionStandardDays },
  { retention: 'long', keepDays: config.retentionLongDays },
];
