import { Env, FilesConfig, strongUrlPassword } from '@windlass/service-kit';
import { ArrayNotEmpty, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';

const GIB = 1_073_741_824;

export class WorkerConfig extends FilesConfig {
  @Env('WORKER_NAME', {
    description: 'Name of this worker in lists. Unset: machine and process id.',
    example: 'jobs-1',
  })
  @IsOptional()
  @Matches(/^\S+$/, { message: 'must not be empty or hold spaces' })
  @MaxLength(128)
  workerName?: string;

  @Env('JOB_TYPES', {
    description: 'Types that this worker runs, with `*`, separated by commas.',
    default: ['*'],
    example: 'hash,conversion.*',
  })
  @ArrayNotEmpty()
  @Matches(/^[a-z0-9.*-]+$/, { each: true, message: 'must be type names or patterns such as conversion.*' })
  jobTypes: string[];

  @Env('HANDLERS', {
    description:
      'Handler packages or paths besides the built-in ones, separated by commas. Paths start at the working directory.',
    default: [],
    example: '@acme/report-handlers,./handlers/invoice.mjs',
  })
  handlers: string[];

  @Env('HANDLER_ENV', {
    description:
      'Names of variables of the worker that handlers may see besides PATH, HOME, LANG and TZ, separated by commas. All others stay out.',
    default: [],
    example: 'LICENSE_KEY,REPORTS_URL',
  })
  @Matches(/^[A-Za-z_][A-Za-z0-9_]*$/, { each: true, message: 'must be names of environment variables' })
  handlerEnv: string[];

  @Env('SLOTS', {
    description:
      'Jobs of a type that run here at a time, where the default of the type does not fit; 0 turns a type off.',
    default: [],
    example: 'hash=256,conversion.cad=2',
  })
  @Matches(/^[a-z0-9.-]+=\d{1,4}$/, { each: true, message: 'must be pairs such as hash=64, with 0 to 9999 slots' })
  slots: string[];

  @Env('CHILDREN', { description: 'Child processes for each tiny type.', default: 1 })
  @IsInt()
  @Min(1)
  @Max(64)
  children: number;

  @Env('RABBITMQ_URL', {
    description: 'RabbitMQ, with user and vhost. Refused without a strong password.',
    example: 'amqp://worker:PASSWORD@mq.internal:5672/windlass',
    secret: true,
  })
  @Matches(/^amqps?:\/\/./, { message: 'must be an amqp:// or amqps:// URL' })
  @strongUrlPassword()
  rabbitmqUrl: string;

  @Env('HEALTH_PORT', { description: 'Port of the health endpoints; 0 for none.', default: 3003 })
  @IsInt()
  @Min(0)
  @Max(65_535)
  healthPort: number;

  @Env('HEALTH_HOST', { description: 'Address the health endpoints listen on.', default: '0.0.0.0' })
  @IsString()
  healthHost: string;

  @Env('SCRATCH_DIRECTORY', {
    description: 'Where attempts keep their temporary files. Unset: the temporary directory of the system.',
    example: '/var/lib/windlass/scratch',
  })
  @IsOptional()
  @IsString()
  scratchDirectory?: string;

  @Env('MAX_ARTIFACT_BYTES', { description: 'Largest artifact of a job.', default: GIB, unit: 'bytes' })
  @IsInt()
  @Min(1)
  maxArtifactBytes: number;

  @Env('COLLECT_EVERY_MS', {
    description:
      'How often this worker asks core which stored objects nobody needs, and deletes them; give or take a fifth.',
    default: 60_000,
    unit: 'ms',
  })
  @IsInt()
  @Min(1_000)
  @Max(86_400_000)
  collectEveryMs: number;

  @Env('DRAIN_TIMEOUT_MS', {
    description:
      'How long running jobs may go on after the signal to stop. At least 5 s less than SHUTDOWN_TIMEOUT_MS.',
    default: 25_000,
    unit: 'ms',
  })
  @IsInt()
  @Min(0)
  @Max(3_600_000)
  drainTimeoutMs: number;
}
