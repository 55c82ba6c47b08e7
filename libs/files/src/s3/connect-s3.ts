import { S3Client } from '@aws-sdk/client-s3';
import type { Runtime } from '@windlass/clock';
import { withinDeadline } from '../within-deadline.js';
import { asFileFault } from './as-file-fault.js';

export interface S3Timeouts {
  /** Until a connection stands. */
  connectMs: number;
  /** One request with its body (a part of 8 MiB or more) until the answer's headers; each of the attempts has it anew. */
  requestMs: number;
  /** A call without a body, all its attempts together. */
  callMs: number;
  /** Silence while a download is being read. */
  idleMs: number;
}

export interface S3StoreOptions {
  /** Where this process reaches the storage. */
  endpoint: string;
  /** Where clients reach it. Without one there are no presigned URLs. */
  publicEndpoint?: string | undefined;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** True for most servers of one's own; false for AWS. */
  forcePathStyle: boolean;
  /** Stands before every key; empty, or ending in `/`. For a bucket that is shared with others. */
  prefix?: string | undefined;
  timeouts?: Partial<S3Timeouts> | undefined;
  runtime?: Runtime | undefined;
}

/** What every operation of the adapter needs. */
export interface S3Session {
  client: S3Client;
  bucket: string;
  prefix: string;
  timeouts: S3Timeouts;
  runtime: Runtime;
}

/** Two more than the first: rides out a restarting proxy (the SDK waits 0.1 to 1 s between), yet ends within `callMs`. */
const ATTEMPTS = 3;

export function connectS3(options: S3StoreOptions, endpoint: string, timeouts: S3Timeouts): S3Client {
  return new S3Client({
    endpoint,
    region: options.region,
    forcePathStyle: options.forcePathStyle,
    credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
    maxAttempts: ATTEMPTS,
    retryMode: 'standard',
    // The SDK's default trailing checksums break streamed puts on some servers, silently. We hash the content ourselves.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // With it the SDK opens a new connection for each large put and may wait 6 s for the "continue".
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: timeouts.connectMs,
      requestTimeout: timeouts.requestMs,
      throwOnRequestTimeout: true, // the default only warns
      socketTimeout: 0, // it would end downloads whose reader is slow; `idleMs` tells the two apart
    },
  });
}

/** One call without a body: under its deadline, with the SDK's errors as faults. */
export async function callS3<T>(
  session: Pick<S3Session, 'runtime' | 'timeouts'>,
  limit: { timeoutMs?: number; signal?: AbortSignal | undefined },
  call: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { runtime, timeouts } = session;
  try {
    return await withinDeadline({ runtime, timeoutMs: limit.timeoutMs ?? timeouts.callMs, signal: limit.signal }, call);
  } catch (error) {
    throw limit.signal?.aborted ? error : asFileFault(error);
  }
}
