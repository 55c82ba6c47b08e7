export { GatewayConfig } from './config/gateway.config.js';
export { buildGateway, createGateway, type RunningGateway } from './create-gateway.js';
export type { GatewayPorts } from './gateway-ports.js';
