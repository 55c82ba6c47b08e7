import type { Artifact, OutputFormat } from '../conversion.types.js';
import type { Scene } from '../place/scene.js';
import { writeGlb } from './write-glb.js';
import { writeObj } from './write-obj.js';
import { writeStl } from './write-stl.js';

export const CONTENT_TYPE: Record<OutputFormat, string> = {
  glb: 'model/gltf-binary',
  stl: 'model/stl',
  obj: 'model/obj',
};

export async function writeModels(scene: Scene, formats: readonly OutputFormat[], title: string): Promise<Artifact[]> {
  const artifacts: Artifact[] = [];
  for (const format of new Set(formats)) {
    artifacts.push({
      name: `model.${format}`,
      bytes: await writeModel(scene, format, title),
      contentType: CONTENT_TYPE[format],
    });
  }
  return artifacts;
}

export async function writeModel(scene: Scene, format: OutputFormat, title: string): Promise<Uint8Array> {
  if (format === 'glb') return writeGlb(scene, title);
  return format === 'stl' ? writeStl(scene.meshes) : writeObj(scene.meshes);
}
