// node make-samples.mjs <folder>: models the samples and writes them beside expected.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { measureArea, measureVolume, setOC } from 'replicad';
import * as parts from './model-parts.mjs';
import { writeIgesBlock } from './write-iges-block.mjs';
import { writeStep } from './write-step.mjs';

const INCH_MM = 25.4;
const opencascade = createRequire(import.meta.url)('replicad-opencascadejs');
setOC(await (opencascade.default ?? opencascade)());
const folder = process.argv[2] ?? '../samples';
mkdirSync(folder, { recursive: true });

const plate = { name: 'plate', shape: parts.makePlate(), color: [0.38, 0.42, 0.47] };
const bracket = { name: 'bracket', shape: parts.makeBracket(), color: [0.04, 0.17, 0.42] };
const bolt = { name: 'bolt', shape: parts.makeBolt(), color: [0.8, 0.42, 0.06] };
const nut = { name: 'nut', shape: parts.makeNut(), color: [0.55, 0.09, 0.06] };
const top = parts.BRACKET_THICKNESS_MM;
const fastener = {
  name: 'fastener',
  children: [{ part: bolt }, { part: nut, at: [0, 0, -top - parts.PLATE_THICKNESS_MM] }],
};
const bracketAssembly = {
  name: 'bracket-assembly',
  children: [{ part: bracket }, ...parts.FASTENER_OFFSETS_MM.map((y) => ({ part: fastener, at: [0, y, top] }))],
};
const mount = {
  name: 'mount',
  children: [
    { part: plate },
    { part: bracketAssembly, at: [-parts.BRACKET_OFFSET_MM, 0, parts.PLATE_THICKNESS_MM] },
    { part: bracketAssembly, at: [parts.BRACKET_OFFSET_MM, 0, parts.PLATE_THICKNESS_MM], turnedAboutZ: Math.PI },
  ],
};
const flange = { name: 'flange', shape: parts.makeFlange(), color: [0.08, 0.33, 0.2] };

const amounts = [
  [plate, 1],
  [bracket, 2],
  [bolt, 4],
  [nut, 4],
];
const total = (measure) => amounts.reduce((sum, [part, amount]) => sum + amount * measure(part.shape), 0);
const round = (value) => Number(value.toFixed(3));
const blockIn = [2, 1, 0.5];
const [x, y, z] = blockIn.map((side) => side * INCH_MM);

const flangeSize = {
  volumeMm3: round(measureVolume(flange.shape)),
  areaMm2: round(measureArea(flange.shape)),
  solids: 1,
  products: 1,
};
const expected = {
  'mount.step': {
    volumeMm3: round(total(measureVolume)),
    areaMm2: round(total(measureArea)),
    solids: 11,
    products: 7,
    occurrences: 8,
    colors: 4,
    parts: Object.fromEntries(
      amounts.map(([part, amount]) => [part.name, { quantity: amount, volumeMm3: round(measureVolume(part.shape)) }]),
    ),
  },
  'flange.step': { ...flangeSize, occurrences: 0, colors: 1 },
  'flange.brep': { ...flangeSize, occurrences: 0, colors: 0 },
  'block.iges': {
    volumeMm3: round(x * y * z),
    areaMm2: round(2 * (x * y + y * z + z * x)),
    solids: 1,
    products: 1,
    occurrences: 0,
    colors: 0,
  },
};

writeFileSync(join(folder, 'mount.step'), writeStep(mount), 'latin1');
writeFileSync(join(folder, 'flange.step'), writeStep(flange, 'INCH'), 'latin1');
writeFileSync(join(folder, 'flange.brep'), flange.shape.serialize());
writeFileSync(join(folder, 'block.iges'), writeIgesBlock(blockIn));
writeFileSync(join(folder, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`);
