import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressOf, ServiceName, ToolCall } from './service-types.js';

/** The only file of this tool that reads the environment. */
export type Environment = Record<string, string | undefined>;

const environment: Environment = process.env;

// Else the S3 client prints eight lines about Node versions to come into the output of `pnpm services`.
environment.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

export const runsAsRoot = process.getuid?.() === 0;

/** Variables that children need; the rest of our environment (tokens of the user's shell, say) stays here. */
export function childEnvironment(extra: Record<string, string>): Record<string, string> {
  const { PATH, LANG } = environment;
  return { PATH: PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin', LANG: LANG ?? 'C.UTF-8', ...extra };
}

/** PATH with `dir` first, for programs that find each other by name. */
export function pathStartingWith(dir: string): string {
  return `${dir}:${childEnvironment({}).PATH}`;
}

/** Unpacked packages outlive a run. root's own home is closed to the unprivileged account that servers run as. */
export function cacheDir(env: Environment = environment): string {
  if (env.WINDLASS_SERVICES_CACHE) return env.WINDLASS_SERVICES_CACHE;
  if (runsAsRoot) return '/var/cache/windlass/services';
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'windlass', 'services');
}

export function temporaryDir(): string {
  return tmpdir();
}

/** An address the user gave us: then nothing is started for that service. */
export function givenAddress<N extends ServiceName>(name: N, env: Environment = environment): AddressOf[N] | undefined {
  return READERS[name](env) as AddressOf[N] | undefined;
}

const READERS: { [N in ServiceName]: (env: Environment) => AddressOf[N] | undefined } = {
  postgres: (env) => (env.WINDLASS_TEST_POSTGRES_URL ? { url: env.WINDLASS_TEST_POSTGRES_URL } : undefined),
  rabbitmq: (env) => rabbit(env.WINDLASS_TEST_RABBITMQ_URL, env.WINDLASS_TEST_RABBITMQ_CTL),
  rabbitmq4: (env) => rabbit(env.WINDLASS_TEST_RABBITMQ4_URL, env.WINDLASS_TEST_RABBITMQ4_CTL),
  s3: readS3,
  redis: (env) => (env.WINDLASS_TEST_REDIS_URL ? { url: env.WINDLASS_TEST_REDIS_URL } : undefined),
};

/** `ctl` is a command line such as `docker exec my-rabbit rabbitmqctl`; it is split at spaces, without a shell. */
function rabbit(url: string | undefined, ctl: string | undefined): AddressOf['rabbitmq'] | undefined {
  if (!url) return undefined;
  const [file, ...args] = (ctl ?? '').split(' ').filter(Boolean);
  const call: ToolCall | undefined = file ? { file, args, env: childEnvironment({}) } : undefined;
  return { url, ctl: call };
}

function readS3(env: Environment): AddressOf['s3'] | undefined {
  const endpoint = env.WINDLASS_TEST_S3_ENDPOINT;
  if (!endpoint) return undefined;
  const accessKeyId = env.WINDLASS_TEST_S3_ACCESS_KEY_ID;
  const secretAccessKey = env.WINDLASS_TEST_S3_SECRET_ACCESS_KEY;
  if (!accessKeyId || !secretAccessKey) {
    throw new Error(
      'WINDLASS_TEST_S3_ENDPOINT is set: set WINDLASS_TEST_S3_ACCESS_KEY_ID and WINDLASS_TEST_S3_SECRET_ACCESS_KEY too.',
    );
  }
  return { endpoint, region: env.WINDLASS_TEST_S3_REGION ?? 'us-east-1', accessKeyId, secretAccessKey };
}
