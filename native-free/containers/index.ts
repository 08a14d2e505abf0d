/** Every container, in the order in which tables list them. One line per format. */
import type { Extractor } from "../model/extraction.ts";
import { zipContainer } from "./zip/container.ts";

export const containers: readonly Extractor[] = [zipContainer];

const byType = new Map<string, Extractor>();
for (const container of containers) {
  for (const type of container.types) if (!byType.has(type)) byType.set(type, container);
}

/** The container that reads a type of the typing registry; null where none does. */
export function containerFor(typeId: string): Extractor | null {
  return byType.get(typeId) ?? null;
}
