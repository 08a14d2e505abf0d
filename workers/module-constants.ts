/**
 * Imported for its effect, in front of WebAssembly modules that Emscripten made for Node: they ask `process.binding("constants")` for the
 * numbers of open flags as they are loaded, which the permission model refuses whatever is asked for. They get the public ones.
 */
import { constants } from "node:fs";
import process from "node:process";

Object.defineProperty(process, "binding", {
  configurable: true,
  value(name: string) {
    if (name === "constants") return { fs: constants };
    throw new Error(`no internals of the runtime: ${name}`);
  },
});
