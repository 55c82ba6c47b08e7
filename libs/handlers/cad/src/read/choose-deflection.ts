import type { OcctParams } from 'occt-import-js';

export type MeshQuality = 'preview' | 'standard' | 'high';

const QUALITY: Record<MeshQuality, { linearMm: number; angularRad: number }> = {
  preview: { linearMm: 0.5, angularRad: 1 },
  standard: { linearMm: 0.1, angularRad: 0.5 },
  high: { linearMm: 0.01, angularRad: 0.1 },
};
/** Up to this diagonal the deflection is what was asked for; beyond, it grows with the model: 0.1 mm on 38 m are 853,000 triangles. */
const FULL_PRECISION_DIAGONAL_MM = 1000;
/** A model of 1 mm meshed to 0.1 mm is no picture of itself any more. */
const COARSEST_SHARE_OF_DIAGONAL = 1 / 50;
/** First look at a format whose size is not known before it is read; of the mean side of the bounding box. */
const UNKNOWN_SIZE_RATIO = 0.005;

/** The deflection for a model of this diagonal, in millimetres. */
export function clampDeflection(quality: MeshQuality, diagonalMm: number): number {
  const grown = QUALITY[quality].linearMm * Math.max(1, diagonalMm / FULL_PRECISION_DIAGONAL_MM);
  return Math.min(grown, diagonalMm * COARSEST_SHARE_OF_DIAGONAL);
}

export function paramsForDiagonal(
  quality: MeshQuality,
  diagonalMm: number,
  coarser = 1,
): Omit<OcctParams, 'linearUnit'> {
  const { angularRad } = QUALITY[quality];
  if (!(diagonalMm > 0)) {
    return {
      linearDeflectionType: 'bounding_box_ratio',
      linearDeflection: UNKNOWN_SIZE_RATIO,
      angularDeflection: angularRad,
    };
  }
  const deflectionMm = clampDeflection(quality, diagonalMm) * coarser;
  return { linearDeflectionType: 'absolute_value', linearDeflection: deflectionMm, angularDeflection: angularRad };
}
