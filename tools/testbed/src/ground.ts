import { createFileStore, type FileStore } from '@windlass/files';
import type { AddressOf, ServerHandle } from '@windlass/services';
import {
  type FreshBucket,
  type FreshDatabase,
  type FreshVhost,
  freshBucket,
  freshDatabase,
  freshVhost,
} from '@windlass/testing';
import type { Server } from './instances.js';

/** Servers that belong to one run alone, so that it may kill, pause and wipe them. */
export type OwnServers = { [K in Server]: ServerHandle<K> };

/** Where one platform stands: a database, a vhost and a bucket, all new. */
export interface Ground {
  database: FreshDatabase;
  vhost: FreshVhost;
  bucket: FreshBucket;
  /** What lies in the bucket, past every link. */
  files: FileStore;
  drop(): Promise<void>;
}

/** On servers of one's own, or on those that the test run shares. */
export async function layGround(servers?: OwnServers): Promise<Ground> {
  const at = <K extends Server>(name: K): AddressOf[K] | undefined =>
    servers?.[name].address as AddressOf[K] | undefined;
  const [database, vhost, bucket] = await Promise.all([
    freshDatabase(at('postgres')),
    freshVhost('rabbitmq', at('rabbitmq')),
    freshBucket(at('s3')),
  ]);
  const files = await createFileStore({ driver: 's3', forcePathStyle: true, ...bucket });
  return {
    ...{ database, vhost, bucket, files },
    drop: async () => {
      await files.close();
      await Promise.all([database.drop(), vhost.drop(), bucket.drop()]);
    },
  };
}
