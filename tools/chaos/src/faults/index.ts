import { SERVER_FAULTS } from './break-server.fault.js';
import { LONG_TRANSACTION, SLOW_POSTGRES, TOO_MANY_CONNECTIONS } from './crowd-postgres.fault.js';
import type { Fault } from './fault.js';
import { KILLS } from './kill-process.fault.js';
import { PARTITIONS } from './partition-link.fault.js';
import { PAUSES } from './pause-process.fault.js';
import { POISONED_QUEUES, REPEATED_MESSAGES } from './repeat-messages.fault.js';
import { CLOCKS } from './shift-clock.fault.js';

export const FAULTS: readonly Fault[] = [
  ...KILLS,
  ...PAUSES,
  ...SERVER_FAULTS,
  ...[TOO_MANY_CONNECTIONS, LONG_TRANSACTION, SLOW_POSTGRES],
  ...PARTITIONS,
  ...CLOCKS,
  ...[REPEATED_MESSAGES, POISONED_QUEUES],
];
