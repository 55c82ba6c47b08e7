import { createHash } from 'node:crypto';

/** The work itself, the same as the handler's of Windlass. */
export function hashText(text: string): { md5: string; sha256: string } {
  return {
    md5: createHash('md5').update(text).digest('hex'),
    sha256: createHash('sha256').update(text).digest('hex'),
  };
}
