/** Custody entries for what the case's passwords opened: one for each item, once. */
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import type { Case } from "../case/case-folder.ts";
import { WorkFileReader } from "../case/work-file-reader.ts";
import type { Journal } from "../custody/journal.ts";
import type { Signer } from "../custody/signer.ts";

/** The act of an entry: item, its forensic path, the SHA-256 of the encrypted bytes, the number of the password, the method. */
const act = "unlocked";

interface Unlocked {
  readonly item: string;
  readonly path: string;
  readonly sha256: string;
  readonly params: string;
}

/** Records what was opened since the last time. Each kill in between loses nothing: the next run records the rest. */
export function recordUnlocked(theCase: Case, label: string, journal: Journal, signer: Signer): void {
  const reader = WorkFileReader.open(theCase.paths.items(label));
  try {
    const rows = reader.select<Record<keyof Unlocked, string>>(
      `SELECT i.key AS item, i.path AS path, lower(hex(c.sha256)) AS sha256, f.params AS params
       FROM finding f JOIN content c ON c.id = f.content JOIN item i ON i.content = c.id
       WHERE f.code = 'crypto/unlocked' ORDER BY i.path, i.key`,
    );
    if (rows.length === 0) return;
    const recorded = recordedItems(journal, label);
    for (const { item, path, sha256, params } of rows) {
      const key = `${item} ${params}`;
      if (recorded.has(key)) continue;
      recorded.add(key);
      const details: JsonObject = { item, path, sha256, ...(JSON.parse(params) as JsonObject) };
      journal.append(act, details, signer, { exhibit: label });
    }
  } finally {
    reader.close();
  }
}

function recordedItems(journal: Journal, label: string): Set<string> {
  const items = new Set<string>();
  for (const { body } of journal.entries()) {
    if (body.act !== act || body.exhibit !== label) continue;
    const { item, number, method } = body.details as { item?: string; number?: number; method?: string };
    items.add(`${item} ${JSON.stringify({ number, method })}`);
  }
  return items;
}
