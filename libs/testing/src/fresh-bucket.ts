import { randomBytes } from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import type { S3Address } from '@windlass/services';
import { testServer } from './test-servers.js';

export interface FreshBucket extends S3Address {
  bucket: string;
  /** Deletes the objects and the bucket. */
  drop(): Promise<void>;
}

function clientFor(address: S3Address): S3Client {
  const { endpoint, region, accessKeyId, secretAccessKey } = address;
  return new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

async function empty(client: S3Client, bucket: string): Promise<void> {
  for (let more = true; more; ) {
    const page = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
    for (const { Key } of page.Contents ?? []) await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    more = page.IsTruncated === true;
  }
}

/** An empty bucket of its own on the run's S3 server, with the credentials and endpoint to reach it (path style). `on`: another server. */
export async function freshBucket(on?: S3Address): Promise<FreshBucket> {
  const address = on ?? (await testServer('s3')).address;
  const bucket = `test-${randomBytes(8).toString('hex')}`;
  const client = clientFor(address);
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return {
    ...address,
    bucket,
    drop: async () => {
      await empty(client, bucket);
      await client.send(new DeleteBucketCommand({ Bucket: bucket }));
      client.destroy();
    },
  };
}
