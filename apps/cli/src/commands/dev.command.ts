import { resolve } from 'node:path';
import type { DevPlatform } from '@windlass/host';
import { type Command, Option } from 'commander';
import type { Cli } from '../frame/cli.js';
import { parseWhole } from '../frame/parse-option.js';
import { stopOnSignal } from '../frame/stop-on-signal.js';

interface DevCommandOptions {
  port: number;
  data: string;
  host: string;
  logLevel: string;
  logFormat: 'json' | 'logfmt';
  json?: boolean;
}

/** Settings of the worker that pass through from the environment. */
const WORKER_SETTINGS = [
  'JOB_TYPES',
  'HANDLERS',
  'HANDLER_ENV',
  'SLOTS',
  'CHILDREN',
  'SCRATCH_DIRECTORY',
  'DRAIN_TIMEOUT_MS',
];

export function addDev(program: Command, cli: Cli): void {
  program
    .command('dev')
    .description(
      'The whole platform in one process, with nothing to install. HANDLERS, JOB_TYPES and SLOTS reach its worker.',
    )
    .option('--port <n>', '0 for any free one', parseWhole(0, 65_535), 3000)
    .option('--data <dir>', 'where everything lives', './.windlass')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(
      new Option('--log-level <level>', 'logs go to standard error')
        .choices(['debug', 'info', 'warn', 'error'])
        .default('warn'),
    )
    .addOption(new Option('--log-format <format>').choices(['json', 'logfmt']).default('logfmt'))
    .option('--json', 'once ready, print one line {"url","token"}')
    .action((options: DevCommandOptions) => runDev(cli, options));
}

async function runDev(cli: Cli, options: DevCommandOptions): Promise<void> {
  const { startDev } = await import('@windlass/host');
  const { port, host, logLevel, logFormat } = options;
  const settings = {
    ...{ port, host, logLevel, logFormat, directory: resolve(cli.cwd, options.data) },
    logDestination: { write: (line: string) => cli.terminal.err(line) },
    worker: workerSettings(cli.env),
  };
  const starting = startDev(settings);
  const stopped = stopOnSignal(cli, async () => (await starting).stop());
  // A start that fails is told below; a signal that came meanwhile adds nothing.
  stopped.catch(() => undefined);
  const platform = await starting;
  cli.terminal.out(
    options.json ? `${JSON.stringify({ url: platform.url, token: platform.token })}\n` : greet(platform),
  );
  await stopped;
}

function workerSettings(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(WORKER_SETTINGS.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

function greet({ url, token, directory }: DevPlatform): string {
  return `
Windlass is ready.

  address  ${url}  (API reference: ${url}/docs)
  data     ${directory}
  token    ${token}

Try:

  TOKEN=${token}
  curl -s ${url}/v1/jobs -H "Authorization: Bearer $TOKEN" \\
    -H 'Content-Type: application/json' -d '{"type":"hash","payload":{"example":"data"}}'

Ctrl-C stops it; what was accepted goes on at the next start.
`;
}
