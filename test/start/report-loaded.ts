import { registerHooks } from 'node:module';

/** Loaded before the gateway: at its end, writes the URL of each module that was loaded to standard error, a line each. */
const loaded = new Set<string>();
registerHooks({
  load(url, context, next) {
    loaded.add(url);
    return next(url, context);
  },
});
process.on('exit', () => process.stderr.write([...loaded].join('\n')));
