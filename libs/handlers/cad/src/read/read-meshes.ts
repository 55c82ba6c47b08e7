import loadOcct, { type OcctMesh, type OcctNode, type OcctParams, type OcctResult } from 'occt-import-js';
import { MAX_COORDINATE_MM, MAX_TRIANGLES } from '../conversion-bounds.js';
import { failConversion } from '../fail-conversion.js';
import type { CadMesh } from '../model/cad-mesh.js';
import { cleanName } from '../model/clean-name.js';
import type { CadFormat } from './detect-format.js';

/** Of occt-import-js; it goes into the metadata, since another version may mesh otherwise. */
export const ENGINE = 'occt-import-js 0.0.23';
const MAX_REPORTED_LINES = 20;

export interface ReaderNode {
  name: string;
  meshes: number[];
  children: ReaderNode[];
}

export interface ReadResult {
  meshes: CadMesh[];
  /** The reader's own tree, which knows the first level only; a last resort. */
  root: ReaderNode;
  /** Complaints of the reader about a file it read all the same. */
  complaints: string[];
}

/**
 * Reads and meshes in one call that blocks the process until it is done. Every call has a reader of its own: one that has trapped
 * is not used again, and its memory, which never shrinks, goes with it. Throws FailJob.
 */
export async function readMeshes(
  bytes: Buffer,
  format: CadFormat,
  params: Omit<OcctParams, 'linearUnit'>,
): Promise<ReadResult> {
  const lines: string[] = [];
  let damage: string | null = null;
  const keep = (raw: string) => {
    const line = cleanName(raw.replaceAll('*', ' '), 'unknown');
    if (/Incorrect Syntax|Undefined Parsing/i.test(line)) damage ??= line;
    if (lines.length < MAX_REPORTED_LINES && /\b(ERR|WARN|Error|Fail)/i.test(line)) lines.push(line);
  };
  const result = await runReader(bytes, format, { linearUnit: 'millimeter', ...params }, keep);
  if (!result.success || !result.root) {
    throw failConversion(
      'cad.unreadable',
      `The ${format.toUpperCase()} reader refuses this file${lines[0] ? `: ${lines[0]}` : ''}.`,
    );
  }
  if (damage) {
    // The reader leaves such records out, and the bodies with them, and calls it a success.
    throw failConversion('cad.damaged', `The file is damaged; geometry would be missing without a word: ${damage}`);
  }
  return { meshes: takeMeshes(result.meshes ?? []), root: takeNode(result.root), complaints: lines };
}

async function runReader(
  bytes: Buffer,
  format: CadFormat,
  params: OcctParams,
  keep: (line: string) => void,
): Promise<OcctResult> {
  const exitCodeBefore = process.exitCode;
  try {
    const reader = await loadOcct({ print: keep, printErr: keep });
    const read = { step: reader.ReadStepFile, iges: reader.ReadIgesFile, brep: reader.ReadBrepFile }[format];
    return read(bytes, params);
  } catch (error) {
    // A trap, a C++ exception (which does not tell its kind) or an abort, which also sets the exit code of the whole process.
    process.exitCode = exitCodeBefore;
    const reason = error instanceof Error ? error.message.split('\n', 1)[0]! : 'a C++ exception';
    if (/OOM|out of memory|allocation failed|enlarge memory|bad_alloc/i.test(reason)) {
      throw failConversion('cad.out-of-memory', 'The model needs more memory than the reader can have (2 GiB).');
    }
    throw failConversion(
      'cad.reader-crashed',
      `The ${format.toUpperCase()} reader crashed on this file, which is damaged or too much for it (${reason}).`,
    );
  }
}

function takeMeshes(raw: OcctMesh[]): CadMesh[] {
  const total = raw.reduce((sum, mesh) => sum + mesh.index.array.length / 3, 0);
  // Beyond twice the bound there is no use in meshing again coarser, and converting would only use up the memory.
  if (total > 2 * MAX_TRIANGLES) throw tooManyTriangles(total);
  const meshes: CadMesh[] = [];
  for (let i = 0; i < raw.length; i++) {
    const mesh = raw[i]!;
    if (mesh.index.array.length > 0) meshes.push(takeMesh(mesh));
    else
      meshes.push({
        name: '',
        positions: new Float32Array(),
        normals: null,
        triangles: new Uint32Array(),
        color: null,
        faces: [],
      });
    // The reader's arrays are plain lists of doubles: give each back before the next is copied.
    raw[i] = undefined as never;
  }
  return meshes;
}

export function tooManyTriangles(count: number): Error {
  return failConversion(
    'cad.too-many-triangles',
    `The mesh has ${count} triangles; ${MAX_TRIANGLES} is the limit. Ask for meshQuality preview.`,
  );
}

function takeMesh({ name, color, brep_faces, attributes, index }: OcctMesh): CadMesh {
  const positions = Float32Array.from(attributes.position.array);
  for (const value of positions) {
    if (!(Math.abs(value) <= MAX_COORDINATE_MM)) {
      throw failConversion(
        'cad.not-finite',
        'The geometry reaches to infinity or is not a number: no bounding box exists.',
      );
    }
  }
  const normals =
    attributes.normal && Float32Array.from(attributes.normal.array, (value) => (Number.isFinite(value) ? value : 0));
  const faces = brep_faces.filter(({ first, last }) => last >= first);
  return {
    name: cleanName(name ?? '', ''),
    positions,
    normals: normals ?? null,
    triangles: Uint32Array.from(index.array),
    color: color ?? null,
    faces,
  };
}

function takeNode(node: OcctNode): ReaderNode {
  return { name: cleanName(node.name ?? '', ''), meshes: node.meshes, children: node.children.map(takeNode) };
}
