export { DEV_AUDIENCE, DEV_ISSUER, mintToken, readDevSecret } from './dev/dev-secrets.js';
export { type DevOptions, type DevPlatform, startDev } from './dev/start-dev.js';
export { lockDirectory } from './dev/lock-directory.js';
export { HostConfig, type Role, ROLES } from './serve/host.config.js';
export { serveRoles } from './serve/serve-roles.js';
