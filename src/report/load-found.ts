/** What the chain-of-custody report says of carved files, identifiers and watch-lists of an exhibit. */
import { recognisers } from "../../native-free/entities/index.ts";
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import { typeRegistry } from "../../native-free/typing/registry.ts";
import type { Case } from "../case/case-folder.ts";
import { carvedGroups, identifierGroups, watchedGroups } from "../case/found-figures.ts";
import { hasWorkFile, WorkFileReader } from "../case/work-file-reader.ts";
import { reportBounds, type FoundContent } from "./content.ts";
import { arrayOf } from "./recorded-values.ts";

/** `processing`: the run record, which names the watch-lists. Null where there is no work file. */
export function loadFound({ paths }: Case, label: string, processing: JsonObject | null): FoundContent | null {
  const workFile = paths.items(label);
  if (!hasWorkFile(workFile)) return null;
  const reader = WorkFileReader.open(workFile);
  try {
    return {
      carved: carvedGroups(reader).map((group) => ({
        ...group,
        name: typeRegistry.get(group.type)?.name ?? group.type,
      })),
      identifiers: identifierGroups(reader).map((group) => ({ ...group, name: nameOf(group.kind) })),
      watchLists: withLists(watchedGroups(reader, reportBounds.watchTerms), processing),
    };
  } finally {
    reader.close();
  }
}

function nameOf(kind: string): string {
  for (const { kinds } of recognisers) {
    const found = kinds.find(({ id }) => id === kind);
    if (found) return found.name;
  }
  return kind;
}

function withLists(
  groups: ReturnType<typeof watchedGroups>,
  processing: JsonObject | null,
): FoundContent["watchLists"] {
  return arrayOf(processing?.["watchLists"]).map((used) => {
    const list = String(used["id"]);
    const none = { list, finds: 0, terms: 0, items: 0, first: [] };
    const group = groups.find((each) => each.list === list) ?? none;
    return { ...group, version: String(used["version"]), sha256: String(used["sha256"]) };
  });
}
