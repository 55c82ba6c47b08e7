export { DEV_AUDIENCE, DEV_ISSUER, mintToken, readDevSecret } from './dev/dev-secrets.js';
export { lockDirectory } from './dev/lock-directory.js';
export { type DevOptions, type DevPlatform, startDev } from './dev/start-dev.js';
