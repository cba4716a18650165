import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The pages of `src/console`. They are served at /console by the server: src/pages.ts. */
export default defineConfig({
  root: fromHere('src/console'),
  base: '/console/',
  // Not what tells a developer where each element stands: also where the tests build the pages.
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
  build: {
    target: 'es2022',
    outDir: fromHere('dist/console'),
    emptyOutDir: true,
    // The content policy allows what comes from the server itself: no data: addresses, no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // GraphiQL's editor is what is large; it is loaded by the explorer alone.
    chunkSizeWarningLimit: 4_000,
    rolldownOptions: {
      checks: { pluginTimings: false },
      // 'use client' in the parts of GraphiQL means nothing here.
      onwarn: (warning, warn) => {
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
      input: { console: fromHere('src/console/index.html'), explorer: fromHere('src/console/explorer.html') },
    },
  },
  // GraphiQL's workers are loaded as they are: bundled beforehand for `npx vite`, their addresses would be lost.
  optimizeDeps: { exclude: ['graphiql/setup-workers/vite', '@graphiql/react/setup-workers/vite'] },
  // `npx vite` shows the pages while one works on them, beside `npm run dev`.
  server: { proxy: { '/graphql': { target: 'http://127.0.0.1:4000', ws: true } } },
});
