import { Inject, Injectable, Logger } from '@nestjs/common';
import { type HealthCheckAttempt, HealthIndicatorService } from '@nestjs/terminus';
import { isFault } from '@windlass/faults';
import { HEALTH_CHECKS, type HealthCheck } from './health-check.js';

/** Below the two seconds within which readiness must turn, with room for the answer's way. */
const CHECK_TIMEOUT_MS = 1_500;
/** Anyone may ask: however often, a dependency is asked at most this often. */
const CACHE_MS = 500;

/** Asks the dependencies, and logs when one goes or comes back rather than at each question. */
@Injectable()
export class DependencyProbe {
  private readonly logger = new Logger('Health');
  private readonly down = new Set<string>();

  constructor(
    @Inject(HEALTH_CHECKS) private readonly checks: HealthCheck[],
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
  ) {}

  all(): Array<() => HealthCheckAttempt> {
    return this.checks.map((each) => () => this.attempt(each));
  }
  essential(): Array<() => HealthCheckAttempt> {
    return this.checks.filter((each) => each.essential).map((each) => () => this.attempt(each));
  }

  private attempt(dependency: HealthCheck): HealthCheckAttempt {
    return this.indicators
      .check(dependency.name)
      .attempt(({ signal }) => this.ask(dependency, signal))
      .withTimeout(CHECK_TIMEOUT_MS)
      .cacheFor(CACHE_MS);
  }

  private async ask(dependency: HealthCheck, signal: AbortSignal): Promise<void> {
    const onCut = () => this.isDown(dependency, `no answer within ${CHECK_TIMEOUT_MS} ms`);
    signal.addEventListener('abort', onCut, { once: true });
    try {
      await dependency.check(CHECK_TIMEOUT_MS);
      if (this.down.delete(dependency.name)) this.logger.warn(`${dependency.name} is back`);
    } catch (error) {
      this.isDown(dependency, error instanceof Error ? error.message : String(error));
      // The answer is public: a driver's text may name hosts and accounts.
      throw new Error(isFault(error) ? error.detail : 'does not answer; the log says more', { cause: error });
    } finally {
      signal.removeEventListener('abort', onCut);
    }
  }

  private isDown(dependency: HealthCheck, why: string): void {
    if (this.down.has(dependency.name)) return;
    this.down.add(dependency.name);
    this.logger.warn(`${dependency.name} is away: ${why}`);
  }
}
