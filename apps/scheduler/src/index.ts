export { createScheduler, type SchedulerDependencies } from './create-scheduler.js';
export { SchedulerConfig } from './scheduler.config.js';
