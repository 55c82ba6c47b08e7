import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Instance, makeOwnedDir, type ServiceKind, secret, writeOwned } from '../instance.js';
import type { S3Address } from '../service-types.js';

/** tempauth names its users account:user, and that name is the access key. */
const ACCESS_KEY_ID = 'windlass:main';

const address = (instance: Instance): S3Address => ({
  endpoint: `http://127.0.0.1:${instance.ports.proxy}`,
  region: 'us-east-1',
  accessKeyId: ACCESS_KEY_ID,
  secretAccessKey: instance.secrets.secretAccessKey!,
});

function prepare(instance: Instance): Promise<void> {
  makeOwnedDir(join(instance.dir, 'data'));
  // A copy, since the checkout itself may be closed to the account that the server runs as.
  writeOwned(instance, 'serve.py', readFileSync(new URL('../../swift/serve.py', import.meta.url), 'utf8'));
  const { hashSuffix } = instance.secrets;
  const { region, accessKeyId, secretAccessKey } = address(instance);
  const settings = { ports: instance.ports, hashSuffix, region, accessKeyId, secretAccessKey };
  writeOwned(instance, 'serve.json', JSON.stringify(settings));
  return Promise.resolve();
}

/** OpenStack Swift with its s3api: it checks SigV4 signatures, so tests may rely on a wrong secret being refused. */
export const s3Kind: ServiceKind<'s3'> = {
  name: 's3',
  portNames: ['proxy', 'account', 'container', 'object'],
  freshSecrets: () => ({ secretAccessKey: secret(30), hashSuffix: secret() }),
  prepare,
  launch: (instance) => ({
    file: instance.programs.bin.python!,
    args: [join(instance.dir, 'serve.py'), instance.dir],
    env: { ...instance.programs.env, HOME: instance.dir, PYTHONDONTWRITEBYTECODE: '1' },
  }),
  answers: async (instance) => {
    const signal = AbortSignal.timeout(2000);
    const response = await fetch(`${address(instance).endpoint}/healthcheck`, { signal }).catch(() => undefined);
    return (await response?.text().catch(() => '')) === 'OK';
  },
  address,
  stopSignal: 'SIGTERM',
  startMs: 60_000,
};
