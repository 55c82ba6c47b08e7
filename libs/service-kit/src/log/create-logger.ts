import { type Logger as PinoTarget, pino, stdTimeFunctions } from 'pino';
import { maskText } from './mask-text.js';
import { redactFields } from './redact-fields.js';
import { writeLogfmt } from './write-logfmt.js';

/**
 * Fields first, as pino has it. Names that have a meaning everywhere: `operation`, `requestId`, `jobId`, `error`.
 * Nothing that is logged needs care about secrets: see redactFields.
 */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** A logger that adds these fields to each line. */
  child(fields: object): Logger;
}

export interface LogDestination {
  /** One whole line with its newline. */
  write(line: string): void;
}

export interface LoggerOptions {
  service: string;
  level: string;
  format: 'json' | 'logfmt';
  machine: string;
  /** Standard output unless given. */
  destination?: LogDestination;
}

export function createLogger(options: LoggerOptions): Logger {
  const destination = options.destination ?? standardOutput();
  const line =
    options.format === 'json' ? destination : { write: (text: string) => destination.write(writeLogfmt(text)) };
  const root = pino(
    {
      level: options.level,
      base: { service: options.service, machine: options.machine },
      messageKey: 'message',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Errors arrive as plain data already.
      serializers: {},
    },
    line,
  );
  return new PinoLogger(root);
}

/** Synchronous, so that the last words of a process that exits are written. */
function standardOutput(): LogDestination {
  const output = pino.destination({ fd: 1, sync: true });
  // Whoever reads the log may go away; that must not end the service.
  output.on('error', () => undefined);
  return output;
}

type Level = 'debug' | 'info' | 'warn' | 'error';

class PinoLogger implements Logger {
  constructor(private readonly target: PinoTarget<never>) {}

  debug(fields: object, message: string): void {
    this.write('debug', fields, message);
  }
  info(fields: object, message: string): void {
    this.write('info', fields, message);
  }
  warn(fields: object, message: string): void {
    this.write('warn', fields, message);
  }
  error(fields: object, message: string): void {
    this.write('error', fields, message);
  }
  child(fields: object): Logger {
    return new PinoLogger(this.target.child(redactFields(fields)));
  }

  private write(level: Level, fields: object, message: string): void {
    if (this.target.isLevelEnabled(level)) this.target[level](redactFields(fields), maskText(message));
  }
}
