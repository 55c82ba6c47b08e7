import type { Mutant } from '../mutant.js';
import { chaos, scenario } from './killers.js';

/** Line 12: processes that end, and those that do not. Only real ones can show it. */
export const PROCESSES: Mutant[] = [
  {
    name: 'orphans-live-on',
    breaks: ['P3', 'checklist 12'],
    edits: [
      {
        file: 'libs/handler-kit/src/runner/child-guard.ts',
        find: 'for pid in $live; do kill -KILL "-$pid" 2>/dev/null; done',
        replace: '',
      },
      {
        file: 'libs/handler-kit/src/child/child-main.ts',
        find: "process.on('disconnect', () => {\n  try {",
        replace:
          "process.on('disconnect', () => {\n  if (Date.now() > 0) return void setInterval(() => undefined, 60_000);\n  try {",
      },
    ],
    killer: chaos('kill-worker'),
    why: 'A child whose worker is dead ends by its closed channel, or by the guard: either is enough. The timer stands for what handlers leave open.',
  },
  {
    name: 'hard-limit-not-enforced',
    breaks: ['P2', 'checklist 12'],
    edits: [
      {
        file: 'libs/handler-kit/src/runner/front-watch.ts',
        find: 'this.hooks.kill({ kind: cancelled ?',
        replace: 'if (!cancelled) return;\n    this.hooks.kill({ kind: cancelled ?',
      },
    ],
    killer: chaos('kill-worker'),
  },
  {
    name: 'stop-without-drain',
    breaks: ['P3', 'checklist 12'],
    edits: [
      {
        file: 'libs/service-kit/src/run/end-on-signal.ts',
        find: '    await stop();',
        replace: '    void stop;',
      },
    ],
    killer: scenario('rolling'),
  },
];
