/** What is said twice, or once too often: primary against backup, entry against entry. */
import { nilGuid } from "../../bytes/guid.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { GptEntry, GptHeader } from "./header.ts";
import type { GptTable } from "./table.ts";

const sameFields = ["revision", "firstUsable", "lastUsable", "diskIdentity", "entryCount", "entryBytes"] as const;
const fieldNames: Readonly<Record<(typeof sameFields)[number], string>> = {
  revision: "revision",
  firstUsable: "first usable sector",
  lastUsable: "last usable sector",
  diskIdentity: "disk identifier",
  entryCount: "number of entries",
  entryBytes: "bytes of an entry",
};

/** Of two tables that are intact. */
export function differences(primary: GptTable, backup: GptTable): Finding[] {
  const differ = (field: string): Finding => finding("volume/gpt-differ", { field });
  const found: Finding[] = sameFields
    .filter((field) => !sameField(primary.header, backup.header, field))
    .map((field) => differ(fieldNames[field]));
  if (backup.header.otherSector !== primary.sector) found.push(differ("place of the primary header"));
  const changed = changedEntries(primary.entries, backup.entries);
  const [entry] = changed;
  if (entry !== undefined) found.push(finding("volume/gpt-entries-differ", { count: changed.length, entry }));
  return found;
}

function sameField(a: GptHeader, b: GptHeader, field: (typeof sameFields)[number]): boolean {
  return a[field] === b[field];
}

/** Numbers of the entries that one of the arrays lacks or that have another content, in order. */
function changedEntries(primary: readonly GptEntry[], backup: readonly GptEntry[]): number[] {
  const ours = new Map(primary.map((entry) => [entry.number, entry]));
  const theirs = new Map(backup.map((entry) => [entry.number, entry]));
  const numbers = new Set([...ours.keys(), ...theirs.keys()]);
  const changed = [...numbers].filter((number) => !same(ours.get(number), theirs.get(number)));
  return changed.sort((a, b) => a - b);
}

const entryFields = ["type", "identity", "first", "last", "attributes", "typeAttributes", "name"] as const;

function same(a: GptEntry | undefined, b: GptEntry | undefined): boolean {
  return a !== undefined && b !== undefined && entryFields.every((field) => a[field] === b[field]);
}

/** Identifiers that should be unique and are not. */
export function identifiersTwice(entries: readonly GptEntry[]): Finding[] {
  const first = new Map<string, number>();
  return entries.flatMap(({ identity, number }) => {
    const earlier = first.get(identity);
    if (earlier === undefined) first.set(identity, number);
    if (earlier === undefined || identity === nilGuid) return [];
    return [finding("volume/gpt-identifier-twice", { first: `p${earlier}`, second: `p${number}` })];
  });
}
