// STEP with a nested assembly: replicad's own exporter writes flat lists only, so this talks to the kernel's document.
import { getOC } from 'replicad';

const text = (oc, value) => new oc.TCollection_ExtendedString(value, true);

function placement(oc, { at = [0, 0, 0], turnedAboutZ = 0 }) {
  const turn = new oc.gp_Trsf();
  turn.SetRotation(new oc.gp_Ax1(new oc.gp_Pnt(0, 0, 0), new oc.gp_Dir(0, 0, 1)), turnedAboutZ);
  const move = new oc.gp_Trsf();
  move.SetTranslation(new oc.gp_Vec(...at));
  return new oc.TopLoc_Location(move.Multiplied(turn));
}

/**
 * @param root {name, shape?, color? (0–1, linear), children?: [{part, at?, turnedAboutZ?}]}; a part used twice is written once.
 * @param unit 'MM' or 'INCH', the unit the file is written in; shapes are in millimetres.
 */
export function writeStep(root, unit = 'MM') {
  const oc = getOC();
  const doc = new oc.TDocStd_Document(text(oc, 'XmlOcaf'));
  oc.XCAFDoc_ShapeTool.SetAutoNaming(false);
  const shapes = oc.XCAFDoc_DocumentTool.ShapeTool(doc.Main());
  const colors = oc.XCAFDoc_DocumentTool.ColorTool(doc.Main());
  const labels = new Map();
  const labelOf = (part) => {
    if (labels.has(part)) return labels.get(part);
    const label = shapes.NewShape();
    labels.set(part, label);
    if (part.shape) shapes.SetShape(label, part.shape.wrapped);
    oc.TDataStd_Name.Set(label, text(oc, part.name));
    if (part.color) {
      const color = new oc.Quantity_ColorRGBA(...part.color, 1);
      colors.SetColor(label, color, oc.XCAFDoc_ColorType.XCAFDoc_ColorSurf);
    }
    for (const child of part.children ?? []) shapes.AddComponent(label, labelOf(child.part), placement(oc, child));
    return label;
  };
  labelOf(root);
  shapes.UpdateAssemblies();
  new oc.STEPCAFControl_Writer();
  oc.Interface_Static.SetCVal('xstep.cascade.unit', 'MM');
  oc.Interface_Static.SetCVal('write.step.unit', unit);
  oc.Interface_Static.SetIVal('write.step.schema', 5);
  const writer = new oc.STEPCAFControl_Writer(new oc.XSControl_WorkSession(), false);
  writer.SetColorMode(true);
  writer.SetNameMode(true);
  if (!writer.Perform(doc, 'out.step', new oc.Message_ProgressRange())) throw new Error('the kernel wrote no STEP');
  const bytes = oc.FS.readFile('/out.step');
  oc.FS.unlink('/out.step');
  // The kernel stamps the time of day; without it the same model gives the same bytes.
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^']*'/, "'2026-01-01T00:00:00'");
}
