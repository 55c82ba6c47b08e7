import { failConversion } from '../fail-conversion.js';

export type CadFormat = 'step' | 'iges' | 'brep';

const HEAD_BYTES = 1024;

/** By content; the extension decides only for IGES and BREP whose first lines are unusual. Throws FailJob when it is none of the three. */
export function detectFormat(bytes: Buffer, fileName: string): CadFormat {
  const head = bytes.toString('latin1', 0, HEAD_BYTES).replace(/^\u00ef\u00bb\u00bf/, '');
  if (/^\s*ISO-10303-21\s*;/.test(head)) return 'step';
  if (/^\s*(DBRep_DrawableShape|CASCADE Topology V\d)/.test(head)) return 'brep';
  if (/^[^\r\n]{72}S[ 0]{0,6}1\s*[\r\n]/.test(head)) return 'iges';
  const extension = /\.([a-z0-9]+)$/i.exec(fileName)?.[1]?.toLowerCase();
  const isText = !head.includes('\0');
  if (isText && (extension === 'igs' || extension === 'iges') && /^.{72}[SG]/m.test(head)) return 'iges';
  if (isText && (extension === 'brep' || extension === 'brp') && head.includes('CASCADE Topology')) return 'brep';
  throw failConversion(
    'cad.format-unknown',
    `This is neither STEP, IGES nor OpenCASCADE BREP in text form${hint(head, extension)}.`,
  );
}

function hint(head: string, extension: string | undefined): string {
  if (head.startsWith('PK\u0003\u0004')) return ': it is a ZIP archive, unpack it first';
  if (head.startsWith('\u001f\u008b')) return ': it is compressed by gzip, unpack it first';
  if (head.startsWith('solid ') || extension === 'stl') return ': it looks like STL, which is a mesh already';
  return extension && /^(stp|step|p21|igs|iges|brep|brp)$/.test(extension)
    ? `, in spite of its name ending in .${extension}`
    : '';
}
