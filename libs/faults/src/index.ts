export { FAULT_CODES, type FaultCode, type FaultKind } from './fault-codes.js';
export { Fault, fault, type FaultOptions, type FieldError, isFault, messageOf } from './fault.js';
export { asProblem, faultOf, type Problem } from './problem.js';
