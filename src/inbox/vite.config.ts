import { defineConfig } from 'vite';

/** `npx vite src/inbox` serves the sources while you change them, before a gateway on port 4000. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/inbox/',
  publicDir: false,
  build: {
    target: 'es2023',
    emptyOutDir: true,
    // The page runs no inline script and loads nothing from `data:` but pictures.
    modulePreload: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
  },
  server: { proxy: { '/graphql': 'http://127.0.0.1:4000' } },
});
