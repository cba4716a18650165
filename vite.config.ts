import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The pages of `src/console`. They are served at /console by the server: src/pages.ts. */
export default defineConfig({
  root: fromHere('src/console'),
  base: '/console/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    outDir: fromHere('dist/console'),
    emptyOutDir: true,
    // The content policy allows what comes from the server itself: no data: addresses, no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { input: { console: fromHere('src/console/index.html') } },
  },
  // `npx vite` shows the pages while one works on them, beside `npm run dev`.
  server: { proxy: { '/graphql': { target: 'http://127.0.0.1:4000', ws: true } } },
});
