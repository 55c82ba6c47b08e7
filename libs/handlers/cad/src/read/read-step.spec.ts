import { describe, expect, it } from 'vitest';
import { assemblyRecords, stepFile } from '../sample-files.spec.fixture.js';
import { inspectCadFile } from './inspect-cad-file.js';
import { decodeStepText, parseStepRecord } from './parse-step-record.js';
import { readProductTree } from './read-product-tree.js';
import { readStepRecords } from './read-step-records.js';
import { scanStep } from './scan-step.js';

const scanned = (text: string) => {
  const seen: [number, string, string][] = [];
  scanStep(Buffer.from(text, 'latin1'), { wants: () => true, take: (...record) => void seen.push(record) });
  return seen.filter(([, , body]) => body !== '');
};

describe('scanning STEP', () => {
  it('finds statements whatever their texts and comments contain', () => {
    const records = scanned("HEADER;#1=A('it''s ; #2=B(''x'');');/* #9=C(); */#3 = /* x */ D(1);\n#4=(E()F(2));");
    expect(records.map(([id, keyword]) => [id, keyword])).toEqual([
      [0, 'HEADER'],
      [1, 'A'],
      [3, 'D'],
      [4, ''],
    ]);
  });

  it('ends on texts and comments that are never closed', () => {
    expect(scanned("#1=A('open; #2=B();").map(([id]) => id)).toEqual([1]);
    expect(scanned('#1=A(1);/* open #2=B();').map(([id]) => id)).toEqual([1]);
  });
});

describe('parsing a record', () => {
  it('reads every kind of value', () => {
    expect(parseStepRecord("A('x',#12,$,*,.T.,-1.5E-3,(1,(2.)),LENGTH_MEASURE(25.4))")).toEqual([
      {
        keyword: 'A',
        args: ['x', { ref: 12 }, null, null, '.T.', -0.0015, [1, [2]], { keyword: 'LENGTH_MEASURE', args: [25.4] }],
      },
    ]);
    expect(parseStepRecord('( A() B(1) )').map(({ keyword }) => keyword)).toEqual(['A', 'B']);
  });

  it('gives nothing for a damaged record instead of an error', () => {
    for (const damaged of ['', 'A', 'A(', 'A(1', 'A(1,,2)', '(A(1)', "A('x", 'A(~)'])
      expect(parseStepRecord(damaged)).toEqual([]);
  });

  it('decodes names as writers really write them', () => {
    expect(decodeStepText("it''s")).toBe("it's");
    expect(decodeStepText('\\X2\\00E4\\X0\\\\X\\DF')).toBe('äß');
    expect(decodeStepText(Buffer.from('Müller', 'utf8').toString('latin1'))).toBe('Müller');
    expect(decodeStepText('M\u00fcller')).toBe('Müller');
  });
});

const FRAMES = `
#500=CARTESIAN_POINT('',(0.,0.,0.));#501=CARTESIAN_POINT('',(2.,0.,0.));#502=DIRECTION('',(0.,0.,1.));#503=DIRECTION('',(0.,1.,0.));
#510=AXIS2_PLACEMENT_3D('',#500,$,$);#511=AXIS2_PLACEMENT_3D('',#501,#502,#503);
#600=(GEOMETRIC_REPRESENTATION_CONTEXT(3)GLOBAL_UNIT_ASSIGNED_CONTEXT((#601))REPRESENTATION_CONTEXT('',''));
#601=(CONVERSION_BASED_UNIT('INCH',#602)LENGTH_UNIT()NAMED_UNIT($));#602=LENGTH_MEASURE_WITH_UNIT(LENGTH_MEASURE(25.4),#603);
#603=(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT(.MILLI.,.METRE.));
#610=SHAPE_REPRESENTATION('',(#511),#600);#611=SHAPE_REPRESENTATION('',(#510),#600);
#620=PRODUCT_DEFINITION_SHAPE('','',#12);#621=PRODUCT_DEFINITION_SHAPE('','',#22);
#622=SHAPE_DEFINITION_REPRESENTATION(#620,#610);#623=SHAPE_DEFINITION_REPRESENTATION(#621,#611);
#630=PRODUCT_DEFINITION_SHAPE('','',#1000000);#640=CONTEXT_DEPENDENT_SHAPE_REPRESENTATION(#641,#630);`;
const RIGHT_WAY = `#641=(REPRESENTATION_RELATIONSHIP('','',#611,#610)REPRESENTATION_RELATIONSHIP_WITH_TRANSFORMATION(#650)SHAPE_REPRESENTATION_RELATIONSHIP());
#650=ITEM_DEFINED_TRANSFORMATION('','',#510,#511);`;
const TURNED_ROUND = RIGHT_WAY.replace('#611,#610', '#610,#611').replace('#510,#511', '#511,#510');

describe('the product tree', () => {
  for (const [title, relation] of [
    ['part first, as the standard has it', RIGHT_WAY],
    ['assembly first, as some writers have it', TURNED_ROUND],
  ] as const) {
    it(`places a part in millimetres, a quarter turned: ${title}`, () => {
      const bytes = stepFile(assemblyRecords(2, [[1, 2]]) + FRAMES + relation);
      const { roots, products, occurrences } = readProductTree(bytes, readStepRecords(bytes));
      expect([products, occurrences, roots.length, roots[0]!.name]).toEqual([2, 1, 1, 'p1']);
      const expected = [0, -1, 0, 1, 0, 0, 0, 0, 1, 50.8, 0, 0].map((value) => expect.closeTo(value, 9));
      expect(roots[0]!.uses[0]!.placement).toEqual(expected);
    });
  }

  it('leaves out uses of products that are not there', () => {
    const bytes = stepFile(
      assemblyRecords(2, [
        [1, 7],
        [1, 2],
      ]),
    );
    const { roots } = readProductTree(bytes, readStepRecords(bytes));
    expect(roots[0]!.uses.map((use) => use.product.name)).toEqual(['p2']);
  });

  it('tells schema, unit and rough size before the geometry is read', () => {
    const vertices =
      "#700=CARTESIAN_POINT('',(0.,0.,0.));#701=CARTESIAN_POINT('',(3.,4.,0.));#702=CARTESIAN_POINT('',(90.,0.,0.));";
    const bytes = stepFile(`${FRAMES}${vertices}#710=VERTEX_POINT('',#700);#711=VERTEX_POINT('',#701);`);
    expect(inspectCadFile(bytes, 'a.step')).toMatchObject({
      format: 'step',
      schema: 'AUTOMOTIVE_DESIGN',
      unit: { name: 'inch', toMillimetres: 25.4 },
      diagonalMm: expect.closeTo(127, 6),
    });
  });
});
