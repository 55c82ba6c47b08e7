import { type LengthUnit, MILLIMETRE } from './read-step-units.js';

/** IGES 5.3, global parameter 14. Flag 3 means: as parameter 15 names it. */
const BY_FLAG: Record<number, LengthUnit> = {
  1: { name: 'inch', toMillimetres: 25.4 },
  2: MILLIMETRE,
  4: { name: 'foot', toMillimetres: 304.8 },
  5: { name: 'mile', toMillimetres: 1_609_344 },
  6: { name: 'metre', toMillimetres: 1000 },
  7: { name: 'kilometre', toMillimetres: 1e6 },
  8: { name: 'mil', toMillimetres: 0.0254 },
  9: { name: 'micrometre', toMillimetres: 1e-3 },
  10: { name: 'centimetre', toMillimetres: 10 },
  11: { name: 'microinch', toMillimetres: 2.54e-5 },
};
const BY_NAME: Record<string, number> = {
  IN: 1,
  INCH: 1,
  MM: 2,
  FT: 4,
  MI: 5,
  M: 6,
  KM: 7,
  MIL: 8,
  UM: 9,
  CM: 10,
  UIN: 11,
};
/** Sections come in order; the global one is a few lines after the start section. */
const MAX_HEADER_BYTES = 256 * 1024;

export function readIgesUnit(bytes: Buffer): LengthUnit | null {
  const lines = bytes.toString('latin1', 0, MAX_HEADER_BYTES).split(/\r?\n/);
  const global = lines.filter((line) => line[72] === 'G').map((line) => line.slice(0, 72));
  const fields = splitFields(global.join(''));
  const flag = Number(fields[13]);
  return BY_FLAG[flag === 3 ? (BY_NAME[(fields[14] ?? '').toUpperCase()] ?? 0) : flag] ?? null;
}

/** Fields are free of quotes; texts carry their length (`4HINCH`), so a separator inside one does not count. */
function splitFields(text: string): string[] {
  const separator = /^1H(.)/.exec(text)?.[1] ?? ',';
  const fields: string[] = [];
  for (let at = 0; at < text.length && fields.length < 26; ) {
    const hollerith = /^\s*(\d{1,4})H/.exec(text.slice(at, at + 12));
    if (hollerith) {
      const from = at + hollerith[0].length;
      const to = from + Number(hollerith[1]);
      fields.push(text.slice(from, to));
      at = to + 1;
      continue;
    }
    const next = text.indexOf(separator, at);
    const end = next < 0 ? text.length : next;
    fields.push(text.slice(at, end).trim());
    at = end + 1;
  }
  return fields;
}
