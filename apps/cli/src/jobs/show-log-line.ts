import type { LogLine } from '@windlass/client';
import { plain } from '../frame/show-values.js';

/** `2026-01-02 03:04:05.678Z  info   handler  message`; further lines of the message are indented. Ends with a newline. */
export function showLogLine({ at, level, source, message }: LogLine): string {
  const head = `${at.replace('T', ' ')}  ${level.padEnd(5)}  ${source.padEnd(7)}`;
  return `${plain(head)}  ${message.split(/\r?\n/).map(plain).join('\n    ')}\n`;
}

/** Tells attempts apart: a line before the first one of each further attempt. */
export function attemptHeads(): (line: LogLine) => string {
  let before: LogLine | undefined;
  return (line) => {
    const changed = before !== undefined && (before.run !== line.run || before.epoch !== line.epoch);
    before = line;
    return changed ? `-- next attempt (run ${line.run}, epoch ${line.epoch}) --\n` : '';
  };
}
