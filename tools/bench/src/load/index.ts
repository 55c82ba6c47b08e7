export { type HttpAnswer, KeepAliveConnection } from './keep-alive-connection.js';
export type { Target } from './target.js';
