import type { ServiceKind } from '../instance.js';
import type { ServiceName } from '../service-types.js';
import { postgresKind } from './postgres.kind.js';
import { rabbitmqKind } from './rabbitmq.kind.js';
import { redisKind } from './redis.kind.js';
import { s3Kind } from './s3.kind.js';

export const KINDS: { [N in ServiceName]: ServiceKind<N> } = {
  postgres: postgresKind,
  rabbitmq: rabbitmqKind('rabbitmq'),
  rabbitmq4: rabbitmqKind('rabbitmq4'),
  s3: s3Kind,
  redis: redisKind,
};

/** The kind with its name kept in the type, which indexing by a type parameter loses. */
export function kindOf<N extends ServiceName>(name: N): ServiceKind<N> {
  return KINDS[name] as unknown as ServiceKind<N>;
}
