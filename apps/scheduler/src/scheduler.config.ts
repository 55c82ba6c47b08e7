import { EngineConfig, Env } from '@windlass/service-kit';
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
}
