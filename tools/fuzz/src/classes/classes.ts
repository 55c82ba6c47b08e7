import { fuzzAmqp } from './amqp.class.js';
import { fuzzFiles } from './files.class.js';
import { fuzzFunctions } from './functions.class.js';
import type { ClassName, FuzzClass } from './fuzz-class.js';
import { fuzzGrants } from './grants.class.js';
import { fuzzJwt } from './jwt.class.js';
import { fuzzNumbers } from './numbers.class.js';
import { fuzzObjects } from './objects.class.js';
import { fuzzOpenApi } from './openapi.class.js';
import { fuzzPrototypes } from './prototype.class.js';
import { fuzzShapes } from './shape.class.js';
import { fuzzStrings } from './strings.class.js';

export const CLASSES: Readonly<Record<ClassName, FuzzClass>> = {
  openapi: fuzzOpenApi,
  objects: fuzzObjects,
  functions: fuzzFunctions,
  jwt: fuzzJwt,
  prototype: fuzzPrototypes,
  strings: fuzzStrings,
  numbers: fuzzNumbers,
  shape: fuzzShapes,
  grants: fuzzGrants,
  files: fuzzFiles,
  amqp: fuzzAmqp,
};
