/** Every container, in the order in which tables list them. One line per format. */
import type { Extractor } from "../model/extraction.ts";
import { zipContainer } from "./zip/container.ts";

export const containers: readonly Extractor[] = [zipContainer];

/** The container that reads a type of the typing registry; null where none does. */
export function containerFor(typeId: string): Extractor | null {
  return containers.find(({ types }) => types.includes(typeId)) ?? null;
}
