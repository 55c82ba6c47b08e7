export interface Artifact {
  name: string;
  size: number;
  sha256: string;
  contentType: string;
  /** Path of its content, relative to the service's root. */
  url: string;
}

export interface FileInfo {
  id: string;
  name: string;
  contentType: string;
  size: number;
  /** Empty while `pending` unless it was declared. */
  sha256: string;
  /** `pending` until a direct upload has been completed. */
  state: 'pending' | 'stored';
  createdAt: string;
}

export interface BeginUploadRequest {
  name: string;
  contentType: string;
  size: number;
  /** Lower-case hex. */
  sha256: string;
}

/** Where to send the bytes: `put` at once, or `multipart` in pieces of `partSize`. */
export interface Upload {
  id: string;
  expiresAt: string;
  put?: { url: string; headers: Record<string, string> };
  multipart?: { partSize: number; parts: { part: number; url: string }[] };
}

export interface CompleteUploadRequest {
  /** Of a multipart upload: the ETag header that the storage answered for each part. */
  parts?: { part: number; etag: string }[];
}
