import { hostname } from 'node:os';
import { IsIn, IsInt, IsNotEmpty, Max, Min } from 'class-validator';
import { Env } from './env.decorator.js';

/** What every service has. Each app extends it by a class of its own. */
export class ServiceConfig {
  @Env('LOG_LEVEL', {
    description: 'Least severe lines that are written: debug, info, warn or error.',
    default: 'info',
  })
  @IsIn(['debug', 'info', 'warn', 'error'])
  logLevel: 'debug' | 'info' | 'warn' | 'error';

  @Env('LOG_FORMAT', { description: 'Form of log lines: json or logfmt.', default: 'json' })
  @IsIn(['json', 'logfmt'])
  logFormat: 'json' | 'logfmt';

  // A function's result, so that generated documentation does not hold the name of the machine that generated it.
  @Env('MACHINE', {
    description: "Name of this machine in logs and lists. Unset: the host's name.",
    default: undefined,
  })
  @IsNotEmpty()
  machine: string = hostname();

  @Env('SHUTDOWN_TIMEOUT_MS', {
    description:
      'Longest time between the signal to stop and the end of the process. Less than what the supervisor allows.',
    default: 30_000,
    unit: 'ms',
  })
  @IsInt()
  @Min(100)
  @Max(3_600_000)
  shutdownTimeoutMs: number;
}
