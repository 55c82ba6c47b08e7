import type { AddressOf, ServiceName } from './service-types.js';

export interface ContainerRun {
  image: string;
  entrypoint?: string;
  args: string[];
  env: Record<string, string>;
  containerPort: number;
}

export interface ContainerImage {
  run(password: string): ContainerRun;
  /** Run inside the container; success means that the server is up. */
  probe(password: string): string[];
  address(port: number, password: string): AddressOf[ServiceName];
}

const S3_KEY = 'windlass';

function s3Config(secretKey: string): string {
  const credentials = [{ accessKey: S3_KEY, secretKey }];
  return JSON.stringify({ identities: [{ name: S3_KEY, credentials, actions: ['Admin', 'Read', 'Write', 'List'] }] });
}

function rabbit(image: string): ContainerImage {
  return {
    run: (password) => ({
      image,
      args: [],
      env: { RABBITMQ_DEFAULT_USER: 'windlass', RABBITMQ_DEFAULT_PASS: password, RABBITMQ_DEFAULT_VHOST: 'windlass' },
      containerPort: 5672,
    }),
    probe: () => ['rabbitmq-diagnostics', '--quiet', 'check_port_listener', '5672'],
    address: (port, password) => ({ url: `amqp://windlass:${password}@127.0.0.1:${port}/windlass` }),
  };
}

/** Pinned, so that two runs meet the same servers. */
export const IMAGES: Record<ServiceName, ContainerImage> = {
  postgres: {
    run: (password) => ({
      image: 'postgres:16.4',
      args: ['-c', 'max_connections=200'],
      env: { POSTGRES_USER: 'windlass', POSTGRES_PASSWORD: password, POSTGRES_DB: 'postgres' },
      containerPort: 5432,
    }),
    // By TCP: the image's first start serves its own socket only while it initialises.
    probe: () => ['pg_isready', '--host', '127.0.0.1', '--username', 'windlass'],
    address: (port, password) => ({ url: `postgres://windlass:${password}@127.0.0.1:${port}/postgres` }),
  },
  rabbitmq: rabbit('rabbitmq:3.13.7'),
  rabbitmq4: rabbit('rabbitmq:4.0.5'),
  s3: {
    run: (password) => ({
      image: 'chrislusf/seaweedfs:3.80',
      entrypoint: 'sh',
      args: ['-c', 'echo "$S3_CONFIG" > /tmp/s3.json && exec weed server -dir=/data -s3 -s3.config=/tmp/s3.json'],
      env: { S3_CONFIG: s3Config(password) },
      containerPort: 8333,
    }),
    probe: () => ['sh', '-c', 'nc -z 127.0.0.1 8333'],
    address: (port, secretAccessKey) => ({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      accessKeyId: S3_KEY,
      secretAccessKey,
    }),
  },
  redis: {
    run: (password) => ({
      image: 'redis:7.4.1',
      args: ['redis-server', '--requirepass', password, '--appendonly', 'yes'],
      env: {},
      containerPort: 6379,
    }),
    probe: (password) => ['redis-cli', '-a', password, 'ping'],
    address: (port, password) => ({ url: `redis://:${password}@127.0.0.1:${port}/0` }),
  },
};
