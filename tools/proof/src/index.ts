export { type Draw, drawFrom } from './draw.js';
export type * from './history.js';
