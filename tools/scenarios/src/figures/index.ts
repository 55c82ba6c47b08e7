import type { Scenario } from '../scenario.js';
import { failover } from './failover/failover.js';
import { graceful } from './graceful/graceful.js';
import { overload } from './overload/overload.js';
import { postgresBack } from './postgres-back/postgres-back.js';
import { recovery } from './recovery/recovery.js';
import { soak } from './soak/soak.js';

/** How soon the platform is itself again, and what it keeps doing meanwhile. */
export const FIGURES: readonly Scenario[] = [recovery, failover, graceful, postgresBack, overload, soak];
