export { GatewayConfig } from './config/gateway.config.js';
export { createGateway, type RunningGateway } from './create-gateway.js';
export type { GatewayPorts } from './gateway-ports.js';
