export type { DevOptions } from './dev/dev-options.js';
export { DEV_AUDIENCE, DEV_ISSUER, mintToken, readDevSecret } from './dev/dev-secrets.js';
export { lockDirectory } from './dev/lock-directory.js';
export { type DevPlatform, startDev } from './dev/start-dev.js';
