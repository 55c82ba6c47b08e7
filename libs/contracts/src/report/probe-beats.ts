import { Type } from '@sinclair/typebox';
import { defineMessage } from '../envelope.js';

/**
 * scheduler → broker → core → PostgreSQL: proves that beats can be recorded now. Rescue counts only time covered by probes, so
 * an outage of any of the three reruns nothing (decision 4).
 */
export const probeBeats = defineMessage('probe.beats', Type.Object({}));
export const probeBeatsReply = defineMessage('probe.beats.reply', Type.Object({}));
