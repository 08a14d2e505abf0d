/**
 * Where the code of a thread or child process lies. A checkout runs TypeScript, the package runs the JavaScript made of
 * it (Node strips no types under `node_modules`); `tsc` rewrites imports but no URLs, so entries are named without
 * extension and take the one of the module that names them.
 */

/**
 * `entryUrl(import.meta.url, "./item-worker")` is the file URL of `item-worker.ts` beside a `.ts` module and of
 * `item-worker.js` beside a `.js` one. `entry` is relative, with forward slashes, and has no extension.
 */
export function entryUrl(importer: string, entry: string): URL {
  return new URL(`${entry}${importer.endsWith(".ts") ? ".ts" : ".js"}`, importer);
}
