import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { freshBucket } from '@windlass/testing';
import type { S3StoreOptions } from './connect-s3.js';

export interface TestBucket {
  options: S3StoreOptions;
  /** Keys of multipart uploads that were neither completed nor aborted. */
  unfinished(): Promise<string[]>;
  dispose(): Promise<void>;
}

/** A bucket of its own on the tests' S3 server, which enforces signatures. */
export async function openTestBucket(): Promise<TestBucket> {
  const { drop, ...address } = await freshBucket();
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = address;
  const options = { endpoint, region, bucket, accessKeyId, secretAccessKey, forcePathStyle: true };
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials: options });
  return {
    options,
    unfinished: async () => {
      const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
      return (Uploads ?? []).map(({ Key }) => String(Key));
    },
    dispose: async () => {
      client.destroy();
      await drop();
    },
  };
}
