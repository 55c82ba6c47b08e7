import { DISPATCH } from '@windlass/dispatch';
import { dispatchChanges } from '../bench.config.js';

/** Runs before a variant's core or scheduler: the product itself has no switch for what was decided by measurement. */
Object.assign(DISPATCH, dispatchChanges());
