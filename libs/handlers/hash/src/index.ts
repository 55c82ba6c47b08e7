import { hash } from './hash.js';

export type { HashResult } from './hash.js';
export default [hash];
