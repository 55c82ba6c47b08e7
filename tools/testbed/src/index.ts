export { type Ground, layGround, type OwnServers } from './ground.js';
export {
  type Instance,
  instancesOf,
  REACHES,
  SERVICES,
  type Server,
  type ServiceName,
  serviceOf,
} from './instances.js';
export { Links } from './links.js';
export { descendantsOf, type Members, ServiceProcess } from './service-process.js';
export { Testbed, type TestbedOptions } from './testbed.js';
