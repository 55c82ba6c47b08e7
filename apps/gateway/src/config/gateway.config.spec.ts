import { ConfigFault } from '@windlass/service-kit';
import { expect, it } from 'vitest';
import { SECRET, testConfig } from '../testing/start-gateway.fixture.js';

it.each([
  ['missing', { JWT_SECRET: undefined }, /JWT_SECRET/],
  ['short', { JWT_SECRET: 'Zr9vN0s3' }, /JWT_SECRET/],
  ['well-known', { JWT_SECRET: 'secret-secret-secret-secret-secret' }, /JWT_SECRET/],
  ['a repetition', { JWT_SECRET: 'a'.repeat(64) }, /JWT_SECRET/],
  ['set beside the keys of an issuer', { JWKS_URL: 'https://login.example.com/jwks.json' }, /JWT_SECRET/],
  ['replaced by no URL', { JWT_SECRET: undefined, JWKS_URL: 'not a url' }, /JWKS_URL/],
])('a signing secret that is %s refuses to boot', (_name, env, named) => {
  expect(() => testConfig(env)).toThrow(ConfigFault);
  expect(() => testConfig(env)).toThrow(named);
});

it('the S3 driver asks for all that it needs at once', () => {
  expect(() => testConfig({ FILES_DRIVER: 's3' })).toThrow(
    /S3_ENDPOINT.*S3_BUCKET.*S3_ACCESS_KEY_ID.*S3_SECRET_ACCESS_KEY/s,
  );
});

it.each(['MAX_IN_FLIGHT', 'MAX_IN_FLIGHT_PER_TENANT', 'MAX_STREAMS', 'MAX_STREAMS_PER_TENANT'])(
  'a bound of nothing refuses to boot: %s',
  (name) => {
    for (const value of ['0', '-1', '1.5', 'many']) expect(() => testConfig({ [name]: value })).toThrow(name);
  },
);

it('reads what is in order, with defaults for the rest', () => {
  expect(testConfig({ FILE_TYPES: 'image/*, application/pdf' })).toMatchObject({
    jwtSecret: SECRET,
    jwtIssuer: 'windlass',
    bodyLimitBytes: 1_048_576,
    maxFileBytes: 536_870_912,
    fileTypes: ['image/*', 'application/pdf'],
    rpcTimeoutMs: 1_500,
    maxSubmitDelayMs: 500,
    maxInFlight: 1_000,
    maxInFlightPerTenant: 500,
    maxStreams: 1_000,
    maxStreamsPerTenant: 200,
    filesDriver: 'directory',
  });
});
