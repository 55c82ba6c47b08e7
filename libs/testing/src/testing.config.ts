import { CONTROL_VARIABLE } from './control-protocol.js';

/** The only file of this library that touches the environment. */
export function controlUrl(): string {
  const url = process.env[CONTROL_VARIABLE];
  if (url) return url;
  throw new Error('Real servers are there in specs only: run this with vitest and the root vitest.config.ts.');
}

export function publishControlUrl(url: string): void {
  process.env[CONTROL_VARIABLE] = url;
}
