/** One dependency of a service. */
export interface HealthCheck {
  /** As it stands in the answer, such as `broker`. */
  name: string;
  /** Without it the service cannot do its work, so `/health/ready` answers 503. */
  essential: boolean;
  /** Resolves when the dependency answers; rejects within `timeoutMs` when it does not. Cut off after it in any case. */
  check(timeoutMs: number): Promise<void>;
}

export const HEALTH_CHECKS = Symbol('HEALTH_CHECKS');
