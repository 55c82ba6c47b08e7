/** Every server this tool can provide. `rabbitmq` is Debian 12's 3.10, `rabbitmq4` a 4.x; `redis` is for the bench only. */
export const SERVICE_NAMES = ['postgres', 'rabbitmq', 'rabbitmq4', 's3', 'redis'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** Where a server came from, best first: the order in which they are tried. */
export type Origin = 'environment' | 'docker' | 'installed' | 'unpacked' | 'embedded';

export interface PostgresAddress {
  /** URL of the superuser, on the database `postgres`. */
  url: string;
}

/** A program to run against a node: plain data, so that it can travel to the processes that run the specs. */
export interface ToolCall {
  file: string;
  args: string[];
  env: Record<string, string>;
  uid?: number | undefined;
  gid?: number | undefined;
}

export interface RabbitAddress {
  /** URL of the administrator on the vhost `windlass`. */
  url: string;
  /** rabbitmqctl for this node; absent when a foreign broker was given without WINDLASS_TEST_…_CTL. */
  ctl?: ToolCall | undefined;
  /** Erlang's erl_call, 20 ms instead of rabbitmqctl's half second; absent when the node is not ours. */
  call?: ToolCall | undefined;
}

export interface S3Address {
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

export interface RedisAddress {
  url: string;
}

export interface AddressOf {
  postgres: PostgresAddress;
  rabbitmq: RabbitAddress;
  rabbitmq4: RabbitAddress;
  s3: S3Address;
  redis: RedisAddress;
}

/** A running server and what fault tests may do to it. Every method settles when the effect has happened. */
export interface ServerHandle<N extends ServiceName = ServiceName> {
  name: N;
  origin: Origin;
  address: AddressOf[N];
  /** Leader of the server's process group; undefined when it is not a local process of ours. */
  readonly pid: number | undefined;
  isRunning(): boolean;
  /** An orderly stop; data stays. */
  stop(): Promise<void>;
  /** SIGKILL of every process of the server; data stays as the crash left it. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open, nothing answers. */
  pause(): Promise<void>;
  /** SIGCONT after `pause`. */
  resume(): Promise<void>;
  /** Starts it again on the same port and data, after an orderly stop if it still runs. Resolves when it answers. */
  restart(): Promise<void>;
  /** Kills it, deletes all data and starts it empty on the same port with the same secrets. */
  wipe(): Promise<void>;
}

/** Only RabbitMQ 4.x may be missing: a machine can lack the packages, and the test run then says so. */
export interface Unavailable {
  unavailable: string;
}

export type Outcome<N extends ServiceName> = N extends 'rabbitmq4' ? ServerHandle<N> | Unavailable : ServerHandle<N>;

export function isUnavailable(outcome: object): outcome is Unavailable {
  return 'unavailable' in outcome;
}
