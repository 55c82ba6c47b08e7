import { openControlEndpoint } from './control-endpoint.js';
import { publishControlUrl } from './testing.config.js';

/** vitest's global setup: nothing is started here, only what a spec asks for later; all of it ends with the run. */
export default async function setup(): Promise<() => Promise<void>> {
  const endpoint = await openControlEndpoint();
  publishControlUrl(endpoint.url); // before the workers fork, so they inherit it
  return () => endpoint.close();
}
