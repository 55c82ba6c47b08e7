import type { LogDestination } from '@windlass/service-kit';

export interface DevOptions {
  /** Where everything lives. Locked while it runs. */
  directory: string;
  /** 0: any free port. */
  port: number;
  host?: string;
  logLevel: string;
  logFormat: 'json' | 'logfmt';
  /** Where log lines go; standard output unless told otherwise. */
  logDestination?: LogDestination;
  /** Settings of the worker by environment name: JOB_TYPES, HANDLERS, SLOTS … */
  worker?: Record<string, string>;
}
