import { CLI_VARIABLES } from '@windlass/cli';
import { CoreConfig } from '@windlass/core-api';
import { GatewayConfig } from '@windlass/gateway';
import { HostConfig } from '@windlass/host/serve';
import { SchedulerConfig } from '@windlass/scheduler';
import { describeConfig, type EnvEntry } from '@windlass/service-kit';
import { HANDLER_VARIABLES, WorkerConfig } from '@windlass/worker';

/** One variable, as the page and `.env.example` show it. */
export interface Variable {
  name: string;
  description: string;
  /** As text that could stand in a file; undefined where there is none. */
  default: string | undefined;
  example: string | undefined;
  unit: string | undefined;
  secret: boolean;
  /** `yes`, empty, by whom or with what. */
  required: string;
}

export interface ConfigSource {
  /** The folder of apps/. */
  app: string;
  about: string;
  variables: Variable[];
}

const WORKER =
  'Runs handlers. What built-in job types read by themselves stands last; it is checked when they are loaded, after all others.';

export function configSources(): ConfigSource[] {
  return [
    source('gateway', 'The REST API.', GatewayConfig),
    source('core-api', 'Submit, claim, report and read, on PostgreSQL.', CoreConfig),
    source('scheduler', 'The clockwork: dispatches what is due, rescues what was lost.', SchedulerConfig),
    workerSource(),
    source(
      'host',
      'Several services in one process. Besides these, each role reads the variables of its own app.',
      HostConfig,
    ),
    { app: 'cli', about: 'The `windlass` command.', variables: CLI_VARIABLES.map(ofCli) },
  ];
}

function source(app: string, about: string, type: new () => object): ConfigSource {
  return { app, about, variables: describeConfig(type).map(ofEntry) };
}

/** With what its built-in handlers read by themselves. */
function workerSource(): ConfigSource {
  const worker = source('worker', WORKER, WorkerConfig);
  return { ...worker, variables: [...worker.variables, ...HANDLER_VARIABLES.map(ofHandler)] };
}

function ofEntry(entry: EnvEntry): Variable {
  const { name, description, example, unit, secret, required } = entry;
  return { name, description, example, unit, secret, required: required ? 'yes' : '', default: textOf(entry.default) };
}

function ofCli(variable: (typeof CLI_VARIABLES)[number]): Variable {
  const { name, description, secret = false, requiredBy } = variable;
  const required = requiredBy === undefined ? '' : `by \`${requiredBy}\``;
  return { name, description, secret, required, default: variable.default, example: undefined, unit: undefined };
}

function ofHandler(variable: (typeof HANDLER_VARIABLES)[number]): Variable {
  const { name, description, example, secret = false, requiredWith } = variable;
  const required = requiredWith === undefined ? '' : `with \`${requiredWith}\``;
  return { name, description, example, secret, required, default: undefined, unit: undefined };
}

function textOf(value: unknown): string | undefined {
  const text = Array.isArray(value) ? value.join(',') : value === undefined || value === null ? '' : String(value);
  return text === '' ? undefined : text;
}
