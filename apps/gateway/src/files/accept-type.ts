import { fault } from '@windlass/faults';
import { invalid } from '../http/read-fields.js';

const MEDIA_TYPE = /^[a-z0-9!#$&^_.+-]{1,100}\/[a-z0-9!#$&^_.+-]{1,100}(\s*;[\x20-\x7e]*)?$/i;

/** The content type of a file, checked for form and against the accepted patterns (`image/*`). `where`: what a refusal names. */
export function acceptType(
  contentType: string | undefined,
  accepted: readonly string[],
  where = 'Content-Type',
): string {
  const given = (contentType ?? 'application/octet-stream').trim();
  if (given.length > 255 || !MEDIA_TYPE.test(given)) {
    throw invalid([{ path: where, message: 'must be a media type such as image/png' }]);
  }
  const [kind, subkind] = (given.split(';', 1)[0] ?? '').trim().toLowerCase().split('/');
  const matches = accepted.some((pattern) => {
    const [wantedKind, wantedSubkind] = pattern.toLowerCase().split('/');
    return (wantedKind === '*' || wantedKind === kind) && (wantedSubkind === '*' || wantedSubkind === subkind);
  });
  if (!matches) {
    throw fault('files.type-refused', {
      detail: `Files of type ${kind}/${subkind} are not accepted; accepted: ${accepted.join(', ')}.`,
    });
  }
  return given;
}
