import { type Static, Type } from '@sinclair/typebox';
import { defineMessage } from '../envelope.js';
import { TypeName, Uuid } from '../fields.js';

/** core or scheduler → queue of one type: "these jobs wait". Names them only; the truth comes with the claim (decision 1). */
export const DispatchJobs = Type.Object({ type: TypeName, ids: Type.Array(Uuid, { minItems: 1, maxItems: 200 }) });
export type DispatchJobs = Static<typeof DispatchJobs>;
export const dispatchJobs = defineMessage('dispatch.jobs', DispatchJobs);
