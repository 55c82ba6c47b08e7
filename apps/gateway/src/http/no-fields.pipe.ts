import type { PipeTransform } from '@nestjs/common';
import { invalid } from './read-fields.js';

/** For routes that take no body: none, or an empty object, since some clients send that with every POST. Also for no query. */
export class NoFields implements PipeTransform<unknown, undefined> {
  transform(value: unknown): undefined {
    if (value === undefined) return undefined;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw invalid([{ path: '', message: 'this route takes no body; leave it out or send {}' }]);
    }
    for (const name in value) throw invalid([{ path: `/${name.slice(0, 100)}`, message: 'unknown field' }]);
    return undefined;
  }
}
