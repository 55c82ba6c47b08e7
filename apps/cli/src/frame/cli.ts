import { homedir } from 'node:os';
import { join } from 'node:path';
import { environment } from './environment.config.js';

export interface Terminal {
  /** Standard output: what was asked for, so that it can be piped. */
  out(text: string): void;
  /** Standard error: progress, hints, errors. */
  err(text: string): void;
  /** Somebody watches standard error, and lines can be rewritten. */
  readonly live: boolean;
  readonly columns: number;
  readonly rows: number;
}

/** What a command may touch of the process that it runs in. */
export interface Cli {
  readonly terminal: Terminal;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Where named contexts are kept. */
  readonly contextsPath: string;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Calls it at Ctrl-C, which then no longer ends the process, until the answer is called. */
  onInterrupt(listener: () => void): () => void;
  /** 1 once what was asked for did not succeed although the command itself did its work. */
  exitCode: number;
}

export function systemCli(): Cli {
  const env = environment();
  const config = env.XDG_CONFIG_HOME || join(homedir(), '.config');
  endQuietlyOnBrokenPipe();
  return {
    terminal: systemTerminal(env),
    env,
    cwd: process.cwd(),
    contextsPath: join(config, 'windlass', 'config.json'),
    stdin: process.stdin,
    onInterrupt: (listener) => {
      process.on('SIGINT', listener);
      return () => void process.off('SIGINT', listener);
    },
    exitCode: 0,
  };
}

function systemTerminal(env: NodeJS.ProcessEnv): Terminal {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    live: Boolean(process.stderr.isTTY) && env.TERM !== 'dumb' && !env.CI,
    get columns() {
      return process.stderr.columns || 80;
    },
    get rows() {
      return process.stderr.rows || 24;
    },
  };
}

/** `windlass jobs | head` has got what it wanted. */
function endQuietlyOnBrokenPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}
