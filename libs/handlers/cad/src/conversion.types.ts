import type { BoundingBox } from './model/cad-mesh.js';
import type { VolumeKind } from './model/measure-mesh.js';
import type { MeshQuality } from './read/choose-deflection.js';
import type { CadFormat } from './read/detect-format.js';

export type OutputFormat = 'glb' | 'stl' | 'obj';
export type Phase = 'fetch' | 'read' | 'mesh' | 'write' | 'picture';

export interface ConversionOptions {
  /** Default glb and stl. */
  formats?: readonly OutputFormat[];
  /** Default standard. */
  meshQuality?: MeshQuality;
  /** One more file per distinct part, in the part's own coordinates. */
  decompose?: boolean;
  signal?: AbortSignal;
  /** Called before each phase; the reader blocks the process, so the event loop is given a turn first. */
  onPhase?(phase: Phase, percent: number): void;
}

export interface Artifact {
  /** With `/` between folders: `model.glb`, `parts/bolt.stl`. */
  name: string;
  bytes: Uint8Array;
  contentType: string;
}

/** The job's result. Lengths in mm, areas in mm², volumes in mm³. */
export interface ConversionSummary {
  format: CadFormat;
  schema: string | null;
  volume: number | null;
  volumeKind: VolumeKind;
  area: number;
  boundingBox: BoundingBox;
  triangles: number;
  /** Bodies that enclose a volume. */
  solids: number;
  faces: number;
  /** Products of the file, assemblies included. */
  products: number;
  /** Uses of products in others, as the file has them. */
  occurrences: number;
  artifacts: string[];
  warnings: string[];
}

export interface Conversion {
  summary: ConversionSummary;
  artifacts: Artifact[];
}
