import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests that make a module world of their own, or change the one that there is. */
const apart = ['chaos', 'driver', 'embedded', 'graphql', 'password', 'soak'];
const testsIn = (folder: string): string => `test/${folder}/**/*.test.ts`;

export default defineConfig({
  resolve: {
    // Vite would take graphql's "module" entry while Apollo and type-graphql load the CommonJS one: two realms.
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql/index.js')) }],
  },
  test: {
    globalSetup: ['test/setup/build-server.ts', 'test/setup/global-setup.ts'],
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
