import { EndSignal } from './end-signal.js';

/** Fires when the gateway begins to stop: requests that only wait then answer with what there is. */
export class StopSignal extends EndSignal {}
