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

  async run(...args: string[]): Promise<Captured> {
    const printed = { out: '', err: '' };
    const { cwd, contextsPath, env, stdin } = this;
    const cli: Cli = {
      ...{ cwd, contextsPath, env, exitCode: 0 },
      stdin: (async function* () {
        yield Buffer.from(stdin);
      })(),
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
