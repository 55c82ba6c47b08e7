import { MAX_TRIANGLES } from '../conversion-bounds.js';
import { failConversion } from '../fail-conversion.js';
import { boundMeshes, countTriangles, diagonalOf } from '../model/cad-mesh.js';
import { clampDeflection, type MeshQuality, paramsForDiagonal } from './choose-deflection.js';
import type { CadFormat } from './detect-format.js';
import { type ReadResult, readMeshes, tooManyTriangles } from './read-meshes.js';

export interface SizedRead extends ReadResult {
  deflectionMm: number;
}

/** How far the size guessed before reading may be off before it is worth reading twice. */
const TOLERATED_FACTOR = 3;
const COARSER_FACTOR = 8;

/**
 * Meshes with a deflection that fits the model's size. `guessedDiagonalMm` is 0 where the format does not tell; a second reading
 * follows only when the guess was wrong, or to get below the bound on triangles. Throws FailJob.
 */
export async function meshToSize(
  bytes: Buffer,
  format: CadFormat,
  quality: MeshQuality,
  guessedDiagonalMm: number,
  hasTessellation: boolean,
): Promise<SizedRead> {
  const first = await readMeshes(bytes, format, paramsForDiagonal(quality, guessedDiagonalMm));
  const diagonalMm = diagonalOf(boundMeshes(first.meshes));
  if (!(countTriangles(first.meshes) > 0) || !(diagonalMm > 0)) throw noGeometry(hasTessellation, first.complaints[0]);
  const fittingMm = clampDeflection(quality, diagonalMm);
  if (countTriangles(first.meshes) > MAX_TRIANGLES) return readCoarser(bytes, format, quality, diagonalMm);
  const usedMm = guessedDiagonalMm > 0 ? clampDeflection(quality, guessedDiagonalMm) : Number.POSITIVE_INFINITY;
  if (usedMm <= fittingMm * TOLERATED_FACTOR) return { ...first, deflectionMm: usedMm };
  return { ...(await readMeshes(bytes, format, paramsForDiagonal(quality, diagonalMm))), deflectionMm: fittingMm };
}

async function readCoarser(
  bytes: Buffer,
  format: CadFormat,
  quality: MeshQuality,
  diagonalMm: number,
): Promise<SizedRead> {
  const second = await readMeshes(bytes, format, paramsForDiagonal(quality, diagonalMm, COARSER_FACTOR));
  const count = countTriangles(second.meshes);
  if (count > MAX_TRIANGLES) throw tooManyTriangles(count);
  const complaints = [
    ...second.complaints,
    `Meshed ${COARSER_FACTOR} times coarser than asked for, to stay below ${MAX_TRIANGLES} triangles.`,
  ];
  return { ...second, complaints, deflectionMm: clampDeflection(quality, diagonalMm) * COARSER_FACTOR };
}

function noGeometry(hasTessellation: boolean, complaint: string | undefined): Error {
  const reason = complaint
    ? `the reader reports "${complaint}"`
    : hasTessellation
      ? 'it holds tessellated geometry only (AP242), which the reader does not take up; export it with boundary representation (B-rep)'
      : 'it holds no surfaces or solids';
  return failConversion('cad.no-geometry', `The file was read, but there is nothing to mesh: ${reason}.`);
}
