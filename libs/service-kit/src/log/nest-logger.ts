import type { LoggerService } from '@nestjs/common';
import type { Logger } from './create-logger.js';

/** Nest's own lines: what it tells while it boots is detail, its warnings and errors are ours. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...more: unknown[]): void {
    this.logger.debug(fieldsOf(message, more), textOf(message));
  }
  debug(message: unknown, ...more: unknown[]): void {
    this.logger.debug(fieldsOf(message, more), textOf(message));
  }
  verbose(message: unknown, ...more: unknown[]): void {
    this.logger.debug(fieldsOf(message, more), textOf(message));
  }
  warn(message: unknown, ...more: unknown[]): void {
    this.logger.warn(fieldsOf(message, more), textOf(message));
  }
  error(message: unknown, ...more: unknown[]): void {
    this.logger.error(fieldsOf(message, more), textOf(message));
  }
  fatal(message: unknown, ...more: unknown[]): void {
    this.logger.error(fieldsOf(message, more), textOf(message));
  }
}

function textOf(message: unknown): string {
  if (typeof message === 'string') return message;
  return message instanceof Error ? message.message : 'Nest';
}

/** Nest puts its context last, and a stack before it when there is one. */
function fieldsOf(message: unknown, more: unknown[]): object {
  const context = more.at(-1);
  return {
    ...(typeof context === 'string' ? { context } : {}),
    ...(more.length > 1 ? { details: more.slice(0, -1) } : {}),
    ...(message instanceof Error ? { error: message } : {}),
    ...(typeof message === 'object' && message !== null && !(message instanceof Error) ? { details: message } : {}),
  };
}
