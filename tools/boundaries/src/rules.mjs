/**
 * What the production code of each package may import of ours, by folder. `*` stands for one folder, `**` for any number.
 * A package that no line covers is itself a violation: whoever adds one decides here what it may know.
 */
export const MAY_IMPORT = {
  // Nothing of ours: users install the last two, and the first two are below everything.
  'libs/clock': [],
  'libs/faults': [],
  'libs/handler-kit': [],
  'libs/client': [],

  'libs/contracts': ['libs/faults'],
  'libs/calendar': ['libs/faults'],
  'libs/lifecycle': ['libs/contracts', 'libs/faults'],
  'libs/broker': ['libs/contracts', 'libs/faults', 'libs/clock'],
  'libs/files': ['libs/faults', 'libs/clock'],
  'libs/service-kit': ['libs/contracts', 'libs/broker', 'libs/faults', 'libs/clock'],
  'libs/handlers/*': ['libs/handler-kit'],
  // The database ends here: core and scheduler only.
  'libs/store': ['libs/lifecycle', 'libs/contracts', 'libs/faults', 'libs/clock'],
  'libs/dispatch': ['libs/store', 'libs/lifecycle', 'libs/contracts', 'libs/broker', 'libs/faults', 'libs/clock'],
  'libs/testing': ['tools/services'],

  // Neither the store nor a handler.
  'apps/gateway': service('libs/client', 'libs/files', 'libs/lifecycle'),
  // libs/files for the names of keys: core checks them, and moves no bytes.
  'apps/core-api': service('libs/store', 'libs/dispatch', 'libs/lifecycle', 'libs/files'),
  'apps/scheduler': service('libs/store', 'libs/dispatch', 'libs/lifecycle'),
  // Never the store: a jobs host reaches the broker and the files, nothing else.
  'apps/worker': service('libs/files', 'libs/handler-kit', 'libs/handlers/*'),
  // The only composition root.
  'apps/host': [
    'apps/gateway',
    'apps/core-api',
    'apps/scheduler',
    'apps/worker',
    ...service('libs/files', 'libs/store'),
  ],
  'apps/cli': ['apps/host', 'libs/calendar', 'libs/client', 'libs/service-kit', 'libs/store', 'libs/faults'],

  'tools/services': [],
  'tools/bench': ['libs/**', 'tools/services', 'apps/*'],
  // The proof: what judges knows nothing of what runs.
  'tools/proof': ['libs/lifecycle'],
  'tools/model': ['libs/lifecycle', 'libs/contracts'],
  'tools/testbed': ['tools/services', 'libs/testing', 'libs/store', 'libs/files', 'libs/client'],
  // The bench for its connections only: one load generator is enough.
  'tools/scenarios': ['tools/bench', 'tools/testbed', 'tools/proof', 'tools/services', 'libs/**'],
  'tools/chaos': ['tools/testbed', 'tools/proof', 'tools/scenarios', 'tools/services', 'libs/**'],
  'tools/simulation': ['tools/proof', 'libs/**', 'apps/*'],
  'tools/fuzz': ['tools/testbed', 'tools/proof', 'tools/services', 'libs/**'],
  'tools/mutants': [],

  'tools/generators': ['libs/handler-kit', 'libs/service-kit', 'libs/lifecycle', 'libs/contracts', 'apps/*'],
};

/** What specs, fixtures and conformance suites may import besides, by the package that they test; all lines that fit count. */
export const TESTS_MAY_IMPORT = {
  '**': ['libs/testing', 'libs/client'],
  // Whoever composes the services may test them together.
  'apps/host': ['tools/testbed'],
  // What the database's own operations write must pass the checker.
  'tools/proof': ['libs/store', 'libs/clock'],
};

/** Compiled for tests only, so what they import may stand in devDependencies. */
export const TEST_FILE = /(\.(spec|int-spec|fixture|conformance)\.ts$)|\/testing\//;

/** Which tag `nx` must know a package by. */
export const KIND_OF_FOLDER = { apps: 'kind:app', libs: 'kind:lib', tools: 'kind:tool' };

/** What every service stands on. */
function service(...more) {
  return ['libs/contracts', 'libs/broker', 'libs/service-kit', 'libs/faults', 'libs/clock', ...more];
}
