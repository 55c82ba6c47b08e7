import { expect, it } from 'vitest';
import { givenAddress } from './services.config.js';

it('takes an address from the environment before anything is started', () => {
  const env = { WINDLASS_TEST_POSTGRES_URL: 'postgres://me@db/test' };
  expect(givenAddress('postgres', env)).toEqual({ url: 'postgres://me@db/test' });
  expect(givenAddress('rabbitmq', env)).toBeUndefined();
});

it('takes the command line of a given broker’s rabbitmqctl apart without a shell', () => {
  const env = { WINDLASS_TEST_RABBITMQ4_URL: 'amqp://mq', WINDLASS_TEST_RABBITMQ4_CTL: 'docker exec mq rabbitmqctl' };
  expect(givenAddress('rabbitmq4', env)?.ctl).toMatchObject({ file: 'docker', args: ['exec', 'mq', 'rabbitmqctl'] });
});

it('refuses an S3 endpoint without credentials and says which variables are missing', () => {
  const env = { WINDLASS_TEST_S3_ENDPOINT: 'http://s3' };
  expect(() => givenAddress('s3', env)).toThrow(/WINDLASS_TEST_S3_SECRET_ACCESS_KEY/);
});
