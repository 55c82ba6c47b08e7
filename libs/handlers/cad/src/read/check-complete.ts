import { failConversion } from '../fail-conversion.js';
import type { CadFormat } from './detect-format.js';

/** The readers turn a file that stops half-way into partial geometry without a word; so its end is checked first. Throws FailJob. */
export function checkComplete(bytes: Buffer, format: CadFormat): void {
  const missing = { step: missingOfStep, iges: missingOfIges, brep: missingOfBrep }[format](bytes);
  if (missing) throw failConversion('cad.truncated', `The file is not complete: ${missing}. Upload it again.`);
}

function missingOfStep(bytes: Buffer): string | null {
  return bytes.includes('END-ISO-10303-21') ? null : 'the closing END-ISO-10303-21 is missing';
}

/** The terminate record counts the lines of every section, which finds a hole in the middle too. */
function missingOfIges(bytes: Buffer): string | null {
  const counts = { S: 0, G: 0, D: 0, P: 0 };
  let terminate: string | null = null;
  for (let at = 0; at < bytes.length && terminate === null; ) {
    const newline = bytes.indexOf(0x0a, at);
    const end = newline < 0 ? bytes.length : newline;
    const letter = String.fromCharCode(bytes[at + 72] ?? 0);
    if (end - at >= 73) {
      if (letter === 'T') terminate = bytes.toString('latin1', at, at + 72);
      else if (letter in counts) counts[letter as keyof typeof counts]++;
    }
    at = end + 1;
  }
  if (terminate === null) return 'the terminate record is missing';
  for (const [letter, count] of Object.entries(counts)) {
    const declared = new RegExp(`${letter}\\s*(\\d+)`).exec(terminate)?.[1];
    if (declared && Number(declared) !== count) {
      return `section ${letter} has ${count} lines where the terminate record says ${Number(declared)}`;
    }
  }
  return null;
}

/** After the last shape stands the root: one reference such as `+1 0`, behind a line that ends in `*`. */
function missingOfBrep(bytes: Buffer): string | null {
  const tail = bytes.toString('latin1', Math.max(0, bytes.length - 200));
  return /\*\s+[+-]\d+\s+\d+\s*$/.test(tail) ? null : 'the reference to its root shape is missing at the end';
}
