export type { Broker, ConsumeOptions, Delivery, PublishOptions, ServeOptions, Subscription } from './broker.js';
export { createInProcessBroker, createInProcessHub, type InProcessHub } from './in-process/in-process-hub.js';
export { connectRabbitBroker, type RabbitBrokerOptions } from './rabbit/connect-rabbit-broker.js';
