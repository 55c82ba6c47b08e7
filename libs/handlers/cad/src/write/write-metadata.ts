import type { Artifact, ConversionSummary } from '../conversion.types.js';
import { type CadMesh, countTriangles, toHexColor } from '../model/cad-mesh.js';
import { measureMesh, volumeKindOf } from '../model/measure-mesh.js';
import { type Scene, type SceneNode, walkScene } from '../place/scene.js';
import type { MeshQuality } from '../read/choose-deflection.js';
import type { CadFile } from '../read/inspect-cad-file.js';
import { ENGINE } from '../read/read-meshes.js';
import type { Product } from '../read/read-product-tree.js';
import { colorRanges } from './split-by-color.js';
import { round } from './summarise.js';
import { distinctParts } from './write-parts.js';

export interface MetadataSource {
  file: CadFile;
  scene: Scene;
  summary: ConversionSummary;
  title: string;
  meshQuality: MeshQuality;
  deflectionMm: number;
}

export interface PartTree {
  name: string;
  /** How often it is used in the node above. */
  quantity: number;
  parts?: PartTree[];
}

/** Everything known about the model that is not geometry. */
export function writeMetadata({ file, scene, summary, title, meshQuality, deflectionMm }: MetadataSource): Artifact {
  const { artifacts: _, volume, area, boundingBox, warnings, ...counts } = summary;
  const metadata = {
    title,
    ...counts,
    units: {
      file: file.unit,
      outputs: { glb: 'metre, Y up', stl: 'millimetre, Z up', obj: 'millimetre, Z up', numbers: 'millimetre' },
    },
    boundingBox: { ...boundingBox, size: boundingBox.max.map((value, axis) => round(value - boundingBox.min[axis]!)) },
    volume,
    area,
    tree: file.tree ? file.tree.roots.map((root) => productTree(root, 1)) : sceneTree(scene.roots),
    treeSource: file.tree ? 'step' : scene.treeSource,
    parts: partList(scene),
    colors: usedColors(scene.meshes),
    mesh: { quality: meshQuality, deflectionMm: round(deflectionMm) },
    engine: ENGINE,
    warnings,
  };
  return {
    name: 'metadata.json',
    bytes: Buffer.from(`${JSON.stringify(metadata, null, 2)}\n`),
    contentType: 'application/json',
  };
}

function productTree(product: Product, quantity: number): PartTree {
  const quantities = new Map<Product, number>();
  for (const use of product.uses) quantities.set(use.product, (quantities.get(use.product) ?? 0) + 1);
  const parts = [...quantities].map(([child, amount]) => productTree(child, amount));
  return { name: product.name, quantity, ...(parts.length > 0 && { parts }) };
}

function sceneTree(nodes: readonly SceneNode[]): PartTree[] {
  return nodes.map(({ name, children }) => ({
    name,
    quantity: 1,
    ...(children.length > 0 && { parts: sceneTree(children) }),
  }));
}

/** The bill of materials: every part with bodies, and how often it stands in the whole. */
function partList(scene: Scene): object[] {
  const quantities = new Map<number, number>();
  for (const node of walkScene(scene.roots)) quantities.set(node.product, (quantities.get(node.product) ?? 0) + 1);
  return distinctParts(scene).map((node) => {
    const meshes = node.bodies.map((body) => scene.meshes[body.mesh]!).filter((mesh) => mesh.triangles.length > 0);
    const measures = meshes.map(measureMesh);
    const volumes = measures.flatMap(({ volumeMm3 }) => (volumeMm3 === null ? [] : [volumeMm3]));
    return {
      name: node.name,
      quantity: quantities.get(node.product) ?? 0,
      bodies: meshes.length,
      volume: volumes.length > 0 ? round(volumes.reduce((sum, volume) => sum + volume, 0)) : null,
      volumeKind: volumeKindOf(measures),
      area: round(measures.reduce((sum, { areaMm2 }) => sum + areaMm2, 0)),
      triangles: countTriangles(meshes),
      colors: usedColors(meshes),
    };
  });
}

/** Of the file itself: a body without a colour adds none. */
function usedColors(meshes: readonly CadMesh[]): string[] {
  const colors = new Set<string>();
  for (const mesh of meshes) {
    const isColored = mesh.color !== null || mesh.faces.some((face) => face.color !== null);
    if (isColored) for (const { color } of colorRanges(mesh)) colors.add(toHexColor(color));
  }
  return [...colors];
}
