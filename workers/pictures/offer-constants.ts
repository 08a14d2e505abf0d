/** Constants of the file system for loaders that ask `process.binding` for them. */
import { constants } from "node:fs";

/** From now on `process.binding` of this thread answers every question with the public constants of `node:fs`, and nothing else. */
export function offerConstants(): void {
  Object.defineProperty(process, "binding", { value: () => ({ fs: constants }), configurable: true });
}
