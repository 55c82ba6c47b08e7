import { quote, refuse } from './refuse.js';

/** Own fields of an object that has no others than these. `name` is empty for the whole. */
export function readObject(given: unknown, name: string, path: string, fields: string[]): Record<string, unknown> {
  const whole = name === '' ? 'A schedule' : name;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    refuse('schedule.when-invalid', path, `${whole} is ${quote(given)}. Give an object with ${fields.join(', ')}.`);
  }
  const unknown = Object.keys(given).find((each) => !fields.includes(each));
  if (unknown !== undefined) {
    const pointer = `${path}/${unknown.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    refuse(
      'schedule.when-invalid',
      pointer,
      `${whole} has no field ${quote(unknown)}. There are: ${fields.join(', ')}.`,
    );
  }
  // Without a prototype: what is not its own is not there.
  return Object.assign(Object.create(null), given);
}
