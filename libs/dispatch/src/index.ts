export { Dispatcher, type DispatcherOptions } from './dispatcher.js';
export { DISPATCH } from './dispatch-policy.js';
export { LiveSlots } from './live-slots.js';
export { TypeWeights } from './type-weights.js';
