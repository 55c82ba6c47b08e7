import { CLI_VARIABLES } from '@windlass/cli';
import { CoreConfig } from '@windlass/core-api';
import { GatewayConfig } from '@windlass/gateway';
import { HostConfig } from '@windlass/host/serve';
import { SchedulerConfig } from '@windlass/scheduler';
import { describeConfig, type EnvEntry } from '@windlass/service-kit';
import { WorkerConfig } from '@windlass/worker';

/** One variable, as the page and `.env.example` show it. */
export interface Variable {
  name: string;
  description: string;
  /** As text that could stand in a file; undefined where there is none. */
  default: string | undefined;
  example: string | undefined;
  unit: string | undefined;
  secret: boolean;
  /** `yes`, empty, or by whom. */
  required: string;
}

export interface ConfigSource {
  /** The folder of apps/. */
  app: string;
  about: string;
  variables: Variable[];
}

export function configSources(): ConfigSource[] {
  return [
    source('gateway', 'The REST API.', GatewayConfig),
    source('core-api', 'Submit, claim, report and read, on PostgreSQL.', CoreConfig),
    source('scheduler', 'The clockwork: dispatches what is due, rescues what was lost.', SchedulerConfig),
    source('worker', 'Runs handlers.', WorkerConfig),
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

function ofEntry(entry: EnvEntry): Variable {
  const { name, description, example, unit, secret, required } = entry;
  return { name, description, example, unit, secret, required: required ? 'yes' : '', default: textOf(entry.default) };
}

function ofCli(variable: (typeof CLI_VARIABLES)[number]): Variable {
  const { name, description, secret = false, requiredBy } = variable;
  const required = requiredBy === undefined ? '' : `by \`${requiredBy}\``;
  return { name, description, secret, required, default: variable.default, example: undefined, unit: undefined };
}

function textOf(value: unknown): string | undefined {
  const text = Array.isArray(value) ? value.join(',') : value === undefined || value === null ? '' : String(value);
  return text === '' ? undefined : text;
}
