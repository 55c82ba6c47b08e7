export { DISPATCH } from './dispatch-policy.js';
export { Dispatcher, type DispatcherOptions } from './dispatcher.js';
export { LiveSlots } from './live-slots.js';
export { TypeWeights } from './type-weights.js';
