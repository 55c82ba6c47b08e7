import type { AddressOf, Origin, ServiceName } from '@windlass/services';

/** Where a spec's process finds the test run's control endpoint; set by the global setup, inherited by every worker. */
export const CONTROL_VARIABLE = 'WINDLASS_TEST_CONTROL';

/** What the control endpoint answers to `POST /servers/<name>`: the server runs, or why it cannot. */
export type ServerAnswer<N extends ServiceName = ServiceName> =
  | { name: N; origin: Origin; address: AddressOf[N] }
  | { unavailable: string }
  | { error: string };
