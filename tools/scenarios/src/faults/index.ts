import type { Scenario } from '../scenario.js';
import { DISK_FULL } from './disk-full/disk-full.scenario.js';
import { OOM } from './oom/oom.scenario.js';
import { POISON } from './poison/poison.scenario.js';
import { POWER_CUT } from './power-cut/power-cut.scenario.js';
import { ROLLING } from './rolling/rolling.scenario.js';
import { WIPED_BROKER } from './wiped-broker/wiped-broker.scenario.js';

/** Faults that need a ground of their own, each with the run that must fail. */
export const FAULTS: readonly Scenario[] = [POWER_CUT, DISK_FULL, OOM, WIPED_BROKER, POISON, ROLLING];
