import { S3ServiceException } from '@aws-sdk/client-s3';
import { type Fault, type FaultCode, fault, isFault, messageOf } from '@windlass/faults';

/** S3's error names that tell the caller something; every other failure is the storage's, and may pass. */
const CODES: Record<string, FaultCode> = {
  NoSuchKey: 'files.unknown',
  NotFound: 'files.unknown',
  NoSuchUpload: 'files.upload-unknown',
  EntityTooLarge: 'files.too-large',
  PreconditionFailed: 'files.changed',
  InvalidPart: 'files.checksum-mismatch',
  InvalidPartOrder: 'files.checksum-mismatch',
  EntityTooSmall: 'files.checksum-mismatch',
};

export function asFileFault(error: unknown): Fault {
  if (isFault(error)) return error;
  const code = error instanceof Error ? CODES[error.name] : undefined;
  return fault(code ?? 'files.unavailable', { cause: withoutRequest(error) });
}

/** The SDK's errors drag the whole request with them, signed headers included: a log gets only what tells the reason. */
function withoutRequest(error: unknown): Error {
  if (!(error instanceof S3ServiceException)) return new Error(messageOf(error));
  const { httpStatusCode, requestId } = error.$metadata;
  return new Error(`${error.name} (HTTP ${httpStatusCode ?? 'none'}, request ${requestId ?? 'unnamed'})`);
}
