import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{apps,libs,tools}/**/src/**/*.{spec,int-spec}.ts', 'examples/**/*.spec.{mjs,ts}'],
    exclude: ['**/node_modules/**', '**/dist/**'],
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
