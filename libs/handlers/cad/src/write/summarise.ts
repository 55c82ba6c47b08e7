import type { ConversionSummary } from '../conversion.types.js';
import { boundMeshes, countTriangles } from '../model/cad-mesh.js';
import { measureMesh, volumeKindOf } from '../model/measure-mesh.js';
import type { Scene } from '../place/scene.js';
import type { CadFile } from '../read/inspect-cad-file.js';

/** Measures the whole model. `artifacts` is filled in when they are written. */
export function summarise(file: CadFile, scene: Scene, warnings: string[]): ConversionSummary {
  const meshes = scene.meshes.filter((mesh) => mesh.triangles.length > 0);
  const measures = meshes.map(measureMesh);
  const volumes = measures.flatMap(({ volumeMm3 }) => (volumeMm3 === null ? [] : [volumeMm3]));
  const { min, max } = boundMeshes(meshes);
  return {
    format: file.format,
    schema: file.schema,
    volume: volumes.length > 0 ? round(sum(volumes)) : null,
    volumeKind: volumeKindOf(measures),
    area: round(sum(measures.map(({ areaMm2 }) => areaMm2))),
    boundingBox: { min: min.map(round) as typeof min, max: max.map(round) as typeof max },
    triangles: countTriangles(meshes),
    solids: volumes.length,
    faces: sum(meshes.map((mesh) => mesh.faces.length)),
    products: file.tree?.products ?? 1,
    occurrences: file.tree?.occurrences ?? 0,
    artifacts: [],
    warnings,
  };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Micrometres, and their squares and cubes, are finer than any mesh here. */
export const round = (value: number) => Number(value.toFixed(6));
