export { type Generated, generateHandler } from './generate-handler.js';
