// An entry point of its own: it loads every service at once, which `windlass dev` does while its database starts.
export { HostConfig, ROLES, type Role } from './serve/host.config.js';
export { serveRoles } from './serve/serve-roles.js';
