import { Controller, Get, HttpException, Inject, Res } from '@nestjs/common';
import {
  type HealthCheckAttempt,
  type HealthCheckResult,
  HealthCheckService,
  type HealthIndicatorResult,
  HealthCheck as NeverCached,
} from '@nestjs/terminus';
import { HealthState } from './health-state.js';
import { DependencyProbe } from './probe-dependencies.js';

type Indicator = () => HealthCheckAttempt | HealthIndicatorResult;
/** The part of Fastify's reply that is used: the module works under any adapter that has it. */
interface Reply {
  status(code: number): unknown;
}

@Controller('health')
export class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(DependencyProbe) private readonly probe: DependencyProbe,
    @Inject(HealthState) private readonly state: HealthState,
  ) {}

  /** For people and monitoring: every dependency. */
  @Get()
  @NeverCached()
  everything(@Res({ passthrough: true }) reply: Reply): Promise<object> {
    return this.answer(reply, this.probe.all());
  }

  /** For the supervisor, which restarts what does not answer: so no dependency counts. */
  @Get('live')
  @NeverCached()
  live(): object {
    return { status: 'ok', info: {}, error: {}, details: {} };
  }

  /** For the load balancer: whether requests can be served now. */
  @Get('ready')
  @NeverCached()
  ready(@Res({ passthrough: true }) reply: Reply): Promise<object> {
    const service: Indicator = () => ({
      service: this.state.stopping ? { status: 'down', message: 'stopping' } : { status: 'up' },
    });
    return this.answer(reply, [service, ...this.probe.essential()]);
  }

  /** Terminus throws its 503; caught here, since an app's exception filter would make a problem of it. */
  private async answer(reply: Reply, indicators: Indicator[]): Promise<object> {
    try {
      return (await this.health.check(
        indicators as Parameters<HealthCheckService['check']>[0],
      )) satisfies HealthCheckResult;
    } catch (error) {
      if (!(error instanceof HttpException)) throw error;
      reply.status(error.getStatus());
      return error.getResponse() as object;
    }
  }
}
