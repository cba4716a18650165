import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests of processes, sockets and clocks, and one that makes a schema of its own, have a module world of their own. */
const apart = [
  'backup',
  'chaos',
  'console',
  'driver',
  'embedded',
  'graphql',
  'jobs',
  'operations',
  'password',
  'pooler',
  'replicas',
  'servers',
  'soak',
  'webhooks',
];
const testsIn = (folder: string): string => `test/${folder}/**/*.test.ts`;

export default defineConfig({
  resolve: {
    // Vite would take graphql's "module" entry while Apollo and type-graphql load the CommonJS one: two realms.
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql/index.js')) }],
  },
  test: {
    globalSetup: ['test/setup/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 3,
    projects: [
      { extends: true, test: { name: 'apart', include: apart.map(testsIn) } },
      {
        // Loading the whole server takes seconds of processor time, so these files share it. Each has its own database.
        extends: true,
        test: { name: 'together', include: [testsIn('*')], exclude: apart.map(testsIn), isolate: false },
      },
    ],
  },
});
