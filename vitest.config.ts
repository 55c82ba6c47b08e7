import { defineConfig } from 'vitest/config';

/** They run whole platforms and worlds for minutes: `npm run prove` runs them, with vitest.proof.config.ts. */
export const PROOF_SPECS = 'tools/{simulation,chaos,scenarios}/src/**/*.int-spec.ts';

export default defineConfig({
  test: {
    include: ['{apps,libs,tools}/**/src/**/*.{spec,int-spec}.ts', 'examples/**/*.spec.{mjs,ts}'],
    exclude: ['**/node_modules/**', '**/dist/**', PROOF_SPECS],
    // Starts no server by itself: a spec that asks for one (freshDatabase(), freshVhost() …) has it started then.
    globalSetup: ['./libs/testing/dist/global-setup.js'],
    testTimeout: 30_000,
    hookTimeout: 120_000, // the first spec that needs a server waits for its start
    // The S3 client would print eight lines about Node versions to come, for each spec file.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    pool: 'forks',
    maxWorkers: 2,
  },
});
