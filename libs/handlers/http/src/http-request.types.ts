export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** The name of a secret that the worker holds; what it is worth never leaves the worker but for the called host. */
export interface SecretHeader {
  secret: string;
  /** Set before the value, such as `Bearer `. */
  prefix?: string;
}

export type RequestBody = { json: unknown } | { text: string } | { base64: string };

export interface HttpRequestPayload {
  url: string;
  /** Default: POST with a body, GET without. */
  method?: HttpMethod;
  headers?: Record<string, string | SecretHeader>;
  body?: RequestBody;
  /** Signs the body by Standard Webhooks. */
  signature?: { secret: string };
  /** Statuses that are a success: 204, `2xx` or `200-204`. Default `2xx`. */
  expectedStatus?: (number | string)[];
  /** For one attempt as a whole, redirects included. Default 30 s. */
  timeoutMs?: number;
  /** How much of the answer's body is kept. Default 64 KiB. */
  maxResponseBytes?: number;
  /** How many redirects are followed. Default none. */
  followRedirects?: number;
}

export interface HttpRequestResult {
  status: number;
  /** Where the answer came from: after redirects another than the payload's. */
  url: string;
  redirects: number;
  /** In lower case; without cookies and credentials; long ones cut. */
  headers: Record<string, string>;
  body: {
    /** What is valid UTF-8, … */
    text?: string;
    /** … and what is not. */
    base64?: string;
    /** Bytes kept, decompressed. */
    bytes: number;
    /** There was more, or the rest could not be decompressed. */
    cut: boolean;
  };
  timings: { firstByteMs: number; totalMs: number };
}

export const DEFAULT_TIMEOUT_MS = 30_000;
export const MAX_TIMEOUT_MS = 120_000;
export const DEFAULT_RESPONSE_BYTES = 64 * 1024;
/** As JSON text six times as long at the worst: still below what a result may be. */
export const MAX_RESPONSE_BYTES = 1024 * 1024;
export const MAX_REDIRECTS = 10;
