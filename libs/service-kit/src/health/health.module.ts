import { type DynamicModule, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HealthController } from './health.controller.js';
import { HEALTH_CHECKS, type HealthCheck } from './health-check.js';
import { HealthState } from './health-state.js';
import { DependencyProbe } from './probe-dependencies.js';

/** `/health`, `/health/live` and `/health/ready`. `app.get(HealthState).markStopping()` turns readiness off. */
@Module({})
export class HealthModule {
  static forRoot(checks: HealthCheck[]): DynamicModule {
    return {
      module: HealthModule,
      // Terminus logs each failed probe; DependencyProbe logs each change.
      imports: [TerminusModule.forRoot({ logger: false })],
      controllers: [HealthController],
      providers: [{ provide: HEALTH_CHECKS, useValue: checks }, HealthState, DependencyProbe],
      exports: [HealthState],
    };
  }
}
