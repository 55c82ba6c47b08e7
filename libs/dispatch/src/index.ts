export { afterCancel } from './after-cancel.js';
export { DISPATCH } from './dispatch-policy.js';
export { Dispatcher, type DispatcherOptions } from './dispatcher.js';
export { freeSlots } from './free-slots.js';
export { LiveSlots } from './live-slots.js';
export { TypeWeights } from './type-weights.js';
