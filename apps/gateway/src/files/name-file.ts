import { PLAIN_TEXT } from '../http/plain-text.decorator.js';
import { invalid } from '../http/read-fields.js';

const MAX_NAME_CHARACTERS = 255;

/** Name of an upload, from `X-File-Name` (percent-encoded UTF-8) or `Content-Disposition`; `file` when there is neither. */
export function nameFromHeaders(headers: Record<string, string | string[] | undefined>): string {
  const given = headers['x-file-name'];
  if (typeof given === 'string') return checkedName(decoded(given, 'X-File-Name'), 'X-File-Name');
  const disposition = headers['content-disposition'];
  if (typeof disposition !== 'string') return 'file';
  const extended = /;\s*filename\*\s*=\s*utf-8''([^;\s]+)/i.exec(disposition)?.[1];
  if (extended !== undefined) return checkedName(decoded(extended, 'Content-Disposition'), 'Content-Disposition');
  const quoted = /;\s*filename\s*=\s*"((?:[^"\\]|\\.)*)"/i.exec(disposition)?.[1]?.replace(/\\(.)/g, '$1');
  const plain = quoted ?? /;\s*filename\s*=\s*([^;"\s]+)/i.exec(disposition)?.[1];
  return checkedName(plain ?? 'file', 'Content-Disposition');
}

/** Only ever a label: keys are made from the id. A path that a browser sent is cut to its last part. */
export function checkedName(name: string, where: string): string {
  const last = name.split(/[\\/]/).at(-1)?.trim() ?? '';
  if (last === '' || last === '.' || last === '..') return 'file';
  if (last.length > MAX_NAME_CHARACTERS) {
    throw invalid([{ path: where, message: `the file name has more than ${MAX_NAME_CHARACTERS} characters` }]);
  }
  if (!PLAIN_TEXT.test(last)) throw invalid([{ path: where, message: 'the file name has control characters' }]);
  return last;
}

function decoded(text: string, where: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid([{ path: where, message: 'must be percent-encoded UTF-8' }]);
  }
}

/** Header that makes browsers save a download under its name instead of showing it (RFC 6266). */
export function attachment(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
