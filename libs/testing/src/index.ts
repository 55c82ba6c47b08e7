export { evalOnRabbit, type RabbitAddress, rabbitCtl, type S3Address, startServices } from '@windlass/services';
export { ECHO_DECLARATION, ECHO_TEMPLATE } from './echo-type.js';
export { type FreshBucket, freshBucket } from './fresh-bucket.js';
export { type FreshDatabase, freshDatabase } from './fresh-database.js';
export { type FreshVhost, freshVhost } from './fresh-vhost.js';
export { mintToken, type TokenClaims, type TokenIssuer } from './mint-token.js';
export { type Direction, TcpProxy } from './tcp-proxy.js';
export { type TestServer, testServer, testServerIfAvailable, testServers } from './test-servers.js';
export { type WaitOptions, waitFor } from './wait-for.js';
