import { Injectable, type OnModuleDestroy } from '@nestjs/common';

/** Whether this service still takes work. One per HealthModule: several services may live in one process. */
@Injectable()
export class HealthState implements OnModuleDestroy {
  private stoppingNow = false;

  get stopping(): boolean {
    return this.stoppingNow;
  }

  /** Called first in a service's `stop()`, so that the load balancer turns away while requests under way finish. */
  markStopping(): void {
    this.stoppingNow = true;
  }

  onModuleDestroy(): void {
    this.markStopping();
  }
}
