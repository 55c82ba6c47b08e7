export { DEV_AUDIENCE, DEV_ISSUER, mintToken, readDevSecret } from './dev/dev-secrets.js';
export { lockDirectory } from './dev/lock-directory.js';
export { type DevOptions, type DevPlatform, startDev } from './dev/start-dev.js';
export { HostConfig, ROLES, type Role } from './serve/host.config.js';
export { serveRoles } from './serve/serve-roles.js';
