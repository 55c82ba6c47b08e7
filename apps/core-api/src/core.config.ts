import { EngineConfig, Env } from '@windlass/service-kit';
import { IsInt, Max, Min } from 'class-validator';

export class CoreConfig extends EngineConfig {
  @Env('HEALTH_PORT', { description: 'Port of the health endpoints; 0 for none.', default: 3001 })
  @IsInt()
  @Min(0)
  @Max(65_535)
  healthPort: number;
}
