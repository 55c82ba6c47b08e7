import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Artifact, Conversion, ConversionOptions, Phase } from './conversion.types.js';
import { MAX_FILE_BYTES } from './conversion-bounds.js';
import { failConversion } from './fail-conversion.js';
import { cleanName } from './model/clean-name.js';
import { measureMesh } from './model/measure-mesh.js';
import { renderPicture } from './picture/render-picture.js';
import { joinLooseFaces } from './place/join-loose-faces.js';
import { placeMeshes } from './place/place-meshes.js';
import type { Scene } from './place/scene.js';
import { type CadFile, inspectCadFile } from './read/inspect-cad-file.js';
import { meshToSize, type SizedRead } from './read/mesh-to-size.js';
import { summarise } from './write/summarise.js';
import { writeMetadata } from './write/write-metadata.js';
import { writeModels } from './write/write-models.js';
import { writeParts } from './write/write-parts.js';

/** Throws FailJob for a file of a size that is not converted. */
export function checkFileSize(size: number): void {
  if (size === 0) throw failConversion('cad.empty', 'The file is empty.');
  if (size > MAX_FILE_BYTES)
    throw failConversion('cad.too-large', `The file has ${size} bytes; ${MAX_FILE_BYTES} is the limit.`);
}

/**
 * STEP, IGES or BREP to meshes, a picture and metadata. `name` is the file's name; its extension counts only where the content leaves
 * a doubt. Throws FailJob with a `cad.…` code for what cannot be converted, and the signal's reason between phases. Some damaged
 * files keep the reader busy for ever: run it where it can be killed.
 */
export async function convertCad(
  bytes: Uint8Array,
  name: string,
  options: ConversionOptions = {},
): Promise<Conversion> {
  const { formats = ['glb', 'stl'], meshQuality = 'standard', decompose = false, signal } = options;
  const enter = async (phase: Phase, percent: number) => {
    options.onPhase?.(phase, percent);
    await nextTurn();
    signal?.throwIfAborted();
  };
  checkFileSize(bytes.byteLength);
  await enter('read', 5);
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const file = inspectCadFile(source, name);
  await enter('mesh', 10);
  const title = cleanName(name.replace(/^.*[/\\]/, '').replace(/\.[a-z0-9]+$/i, ''), 'model');
  const read = await meshToSize(source, file.format, meshQuality, file.diagonalMm, file.hasTessellation);
  const scene = buildScene(file, read, title);
  await enter('write', 75);
  const warnings = warningsOf(file, read, scene);
  const summary = summarise(file, scene, warnings);
  const artifacts: Artifact[] = await writeModels(scene, formats, title);
  if (decompose) artifacts.push(...(await writeParts(scene, formats, summary.warnings)));
  await enter('picture', 90);
  artifacts.push({ name: 'thumbnail.png', bytes: renderPicture(scene.meshes), contentType: 'image/png' });
  artifacts.push(writeMetadata({ file, scene, summary, title, meshQuality, deflectionMm: read.deflectionMm }));
  summary.artifacts = artifacts.map((artifact) => artifact.name);
  return { summary, artifacts };
}

/** IGES and BREP have no products: the whole file is one, whatever pieces the reader makes of it. */
function buildScene(file: CadFile, read: SizedRead, title: string): Scene {
  if (file.format === 'step') return placeMeshes(read.meshes, read.root, file.tree);
  const { meshes, root } = joinLooseFaces(read.meshes, (mesh) => measureMesh(mesh).isClosed, title);
  return placeMeshes(meshes, root, null);
}

function warningsOf(file: CadFile, read: SizedRead, scene: Scene): string[] {
  const warnings = read.complaints.map((line) => `The reader reports: ${line}`);
  if (!file.unit) warnings.push('The file names no length unit; millimetres were assumed.');
  if (file.format === 'step' && scene.treeSource !== 'step') {
    warnings.push('The meshes could not be told apart by the product tree; the GLB has the tree of the reader.');
  }
  if (file.hasTessellation)
    warnings.push('Tessellated geometry in the file was left out; only its surfaces and solids were meshed.');
  return warnings;
}
