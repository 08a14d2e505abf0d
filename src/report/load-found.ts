/** What the chain-of-custody report says of carved files, identifiers and watch-lists of an exhibit. */
import { recognisers } from "../../native-free/entities/index.ts";
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import { typeRegistry } from "../../native-free/typing/registry.ts";
import type { Case } from "../case/case-folder.ts";
import { carvedGroups, identifierGroups, watchedGroups } from "../case/found-figures.ts";
import { appliedLists } from "../case/watch-store.ts";
import { hasWorkFile, WorkFileReader } from "../case/work-file-reader.ts";
import { reportBounds, type FoundContent } from "./content.ts";
import { arrayOf } from "./recorded-values.ts";

/** `processing`: the run record, which names the watch-lists of processing. Null where there is no work file. */
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
      watchLists: withLists(watchedGroups(reader, reportBounds.watchTerms), [
        ...arrayOf(processing?.["watchLists"]),
        ...laterLists(reader),
      ]),
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

/** Lists that were applied afterwards are shown as those of processing are. */
function laterLists(reader: WorkFileReader): JsonObject[] {
  const later = appliedLists(reader).filter(({ own, finished }) => !own && finished !== null);
  return later.map(({ list: id, version, sha256 }) => ({ id, version, sha256 }));
}

function withLists(groups: ReturnType<typeof watchedGroups>, lists: readonly JsonObject[]): FoundContent["watchLists"] {
  const sorted = lists.toSorted((a, b) => (String(a["id"]) < String(b["id"]) ? -1 : 1));
  return sorted.map((used) => {
    const list = String(used["id"]);
    const none = { list, finds: 0, terms: 0, items: 0, first: [] };
    const group = groups.find((each) => each.list === list) ?? none;
    return { ...group, version: String(used["version"]), sha256: String(used["sha256"]) };
  });
}
