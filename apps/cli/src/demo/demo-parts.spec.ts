import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Terminal } from '../frame/cli.js';
import type { DemoOutcome } from './demo-task.js';
import { ProgressBoard } from './progress-board.js';
import { chooseFolders } from './save-artifacts.js';
import { outcomesJson, showOutcomes } from './show-outcomes.js';

const succeeded: DemoOutcome = {
  task: { type: 'conversion.cad', input: 'a/flange.step', path: '/x/a/flange.step' },
  ...{
    id: 'id-1',
    state: 'succeeded',
    attempts: 1,
    durationMs: 1_234,
    artifacts: ['.windlass/demo/flange.step/model.glb'],
  },
  result: { volume: 764_520.04, volumeKind: 'closed', triangles: 1_748, products: 9, occurrences: 13 },
};
const failed: DemoOutcome = {
  task: { type: 'conversion.cad', input: 'b/flange.step', path: '/x/b/flange.step' },
  ...{ id: 'id-2', state: 'failed', attempts: 2, durationMs: 60_000, artifacts: [] },
  error: { code: 'cad.truncated', message: 'The file is not complete.' },
};

describe('the demo', () => {
  it('keeps inputs of the same name apart, and inside its folder', () => {
    expect(chooseFolders(['a/flange.step', 'b/flange.step', '..', '{"a":1}'], 'demo')).toEqual(
      ['flange.step', 'flange.step-2', 'input', '-a-1-'].map((name) => join('demo', name)),
    );
  });

  it('prints every job in one line of JSON', () => {
    const text = outcomesJson([succeeded, failed]);
    expect(text).not.toContain('\n');
    expect(JSON.parse(text).jobs).toEqual([
      {
        ...{
          id: 'id-1',
          type: 'conversion.cad',
          state: 'succeeded',
          input: 'a/flange.step',
          attempts: 1,
          durationMs: 1_234,
        },
        ...{ error: null, artifacts: ['.windlass/demo/flange.step/model.glb'] },
      },
      {
        ...{
          id: 'id-2',
          type: 'conversion.cad',
          state: 'failed',
          input: 'b/flange.step',
          attempts: 2,
          durationMs: 60_000,
        },
        ...{ error: { code: 'cad.truncated', message: 'The file is not complete.' }, artifacts: [] },
      },
    ]);
  });

  it('shows figures of what succeeded and the reason of what failed', () => {
    const table = showOutcomes([succeeded, failed]);
    expect(table).toContain('764,520 mm³ · 1,748 triangles · 9 products · 13 occurrences');
    expect(table).toContain('cad.truncated: The file is not complete.');
  });

  it('tells a log each change once, and leaves out what only moves', () => {
    const lines: string[] = [];
    const terminal: Terminal = {
      live: false,
      columns: 80,
      rows: 24,
      out: () => undefined,
      err: (text) => lines.push(text),
    };
    const board = new ProgressBoard(terminal, ['a', 'b']);
    board.set(0, 'running: mesh', 10);
    board.set(0, 'running: mesh', 20);
    board.set(1, 'queued');
    board.set(0, 'succeeded in 1 s');
    board.end();
    expect(lines).toEqual(['a: running: mesh\n', 'b: queued\n', 'a: succeeded in 1 s\n']);
  });
});
