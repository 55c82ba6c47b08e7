export { Fault, type FaultOptions, type FieldError, fault, isFault, messageOf } from './fault.js';
export { FAULT_CODES, type FaultCode, type FaultKind } from './fault-codes.js';
export { asProblem, faultOf, type Problem } from './problem.js';
