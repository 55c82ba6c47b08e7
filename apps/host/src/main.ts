import { runService } from '@windlass/service-kit';
import { HostConfig } from './serve/host.config.js';
import { serveRoles } from './serve/serve-roles.js';

await runService({
  name: 'host',
  config: HostConfig,
  start: (config, context) => serveRoles(config.roles, process.env, context),
});
