// The package has no types of its own; these are of 0.0.23, as far as they are used.
declare module 'occt-import-js' {
  export interface OcctParams {
    linearUnit: 'millimeter';
    linearDeflectionType: 'bounding_box_ratio' | 'absolute_value';
    linearDeflection: number;
    angularDeflection: number;
  }
  export interface OcctMesh {
    name?: string;
    color?: [number, number, number];
    brep_faces: { first: number; last: number; color: [number, number, number] | null }[];
    attributes: { position: { array: number[] }; normal?: { array: number[] } };
    index: { array: number[] };
  }
  export interface OcctNode {
    name: string;
    meshes: number[];
    children: OcctNode[];
  }
  export interface OcctResult {
    success: boolean;
    root?: OcctNode;
    meshes?: OcctMesh[];
  }
  type Read = (bytes: Uint8Array, params: OcctParams) => OcctResult;
  export interface Occt {
    ReadStepFile: Read;
    ReadIgesFile: Read;
    ReadBrepFile: Read;
  }
  export interface OcctOptions {
    print(line: string): void;
    printErr(line: string): void;
  }
  export default function load(options: OcctOptions): Promise<Occt>;
}
