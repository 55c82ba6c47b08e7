import { loadHttpConfig } from './config/http.config.js';
import { httpRequestOf } from './http-request.job.js';

export type { HttpRequestPayload, HttpRequestResult } from './http-request.types.js';

/** What a worker loads. A fault in its settings refuses the start. */
export default [httpRequestOf(loadHttpConfig())];
