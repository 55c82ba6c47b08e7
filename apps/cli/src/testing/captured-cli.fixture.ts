import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cli } from '../frame/cli.js';
import { runCli } from '../run-cli.js';

export interface Captured {
  exitCode: number;
  out: string;
  err: string;
}

/** The command in this process, with a directory of its own and what it printed kept. */
export class CapturedCli {
  readonly cwd = mkdtempSync(join(tmpdir(), 'windlass-cli-'));
  readonly contextsPath = join(this.cwd, 'config', 'windlass', 'config.json');
  env: NodeJS.ProcessEnv = {};
  stdin = '';
  /** Of commands that run and listen for it. */
  readonly interrupts = new Set<() => void>();
  /** Of the command that runs. */
  printed = { out: '', err: '' };

  /** Ctrl-C. */
  interrupt(): void {
    for (const listener of [...this.interrupts]) listener();
  }

  async run(...args: string[]): Promise<Captured> {
    const printed = { out: '', err: '' };
    this.printed = printed;
    const { cwd, contextsPath, env, stdin } = this;
    const cli: Cli = {
      ...{ cwd, contextsPath, env, exitCode: 0 },
      stdin: (async function* () {
        yield Buffer.from(stdin);
      })(),
      onInterrupt: (listener) => {
        this.interrupts.add(listener);
        return () => void this.interrupts.delete(listener);
      },
      terminal: {
        ...{ live: false, columns: 100, rows: 30 },
        out: (text) => {
          printed.out += text;
        },
        err: (text) => {
          printed.err += text;
        },
      },
    };
    const exitCode = await runCli(args, cli);
    return { exitCode, ...printed };
  }
}
