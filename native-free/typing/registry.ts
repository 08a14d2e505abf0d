/** Every type by id, made from the table of categories. */
import type { Registration } from "../model/registration.ts";
import { categories } from "./categories.ts";
import type { TypeId, TypeRow } from "./type-row.ts";

export interface RegisteredType {
  readonly id: TypeId;
  readonly name: string;
  readonly mime: string;
  readonly category: string;
  readonly extensions: readonly string[];
  readonly parent: TypeId | null;
  readonly row: TypeRow;
}

const registry = new Map<TypeId, RegisteredType>();
for (const category of categories) {
  for (const row of category.types) {
    if (registry.has(row.id)) throw new Error(`type registered twice: ${row.id}`);
    const extensions = row.ext.split(" ").filter((extension) => extension !== "");
    registry.set(row.id, {
      id: row.id,
      name: row.name,
      mime: row.mime,
      category: category.id,
      extensions,
      parent: row.parent ?? null,
      row,
    });
  }
}

/** In the order of categories and rows. */
export const typeRegistry: ReadonlyMap<TypeId, RegisteredType> = registry;

/** One registration per type; the specification is that of the table, else where signatures are collected. */
export function typeRegistrations(): readonly Registration[] {
  return [...registry.values()].map((type) => ({
    id: type.id,
    family: "type",
    name: type.name,
    spec: type.row.spec ?? "published signature",
    level: "recognised",
  }));
}
