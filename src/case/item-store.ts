/** Storing and removing items with their times, findings and names in the index. */
import { fold } from "../../native-free/model/fold.ts";
import type { Finding } from "../../native-free/model/findings.ts";
import { stateOf, type ItemRow, type ItemTime } from "../../native-free/model/item.ts";
import { foldersOf } from "./item-paths.ts";
import { contentState } from "./schema.ts";
import type { Database, Statement } from "./sqlite.ts";

const maxExtensionChars = 16;

export class ItemStore {
  readonly #unit: Statement<{ id: number }>;
  readonly #item: Statement;
  readonly #time: Statement;
  readonly #extent: Statement;
  readonly #finding: Statement;
  readonly #name: Statement;
  readonly #content: Statement<{ id: number }>;
  readonly #newContent: Statement;

  constructor(database: Database) {
    this.#unit = database.prepare("SELECT id FROM unit WHERE key = ?");
    this.#item = database.prepare(
      `INSERT INTO item (key, unit, parent, path, name, name_bytes, extension, kind, name_claim, content_claim, origin,
         state, status, reason, size, content, mismatch, depth, modified)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING`,
    );
    this.#time = database.prepare(
      "INSERT INTO item_time (item, seq, kind, value, zone, source) VALUES (?, ?, ?, ?, ?, ?)",
    );
    this.#extent = database.prepare(
      "INSERT INTO item_extent (item, seq, start, length, kind, state) VALUES (?, ?, ?, ?, ?, ?)",
    );
    this.#finding = database.prepare("INSERT INTO finding (item, code, offset, length, params) VALUES (?, ?, ?, ?, ?)");
    this.#name = database.prepare("INSERT INTO fts_name (rowid, name, folder) VALUES (?, ?, ?)");
    this.#content = database.prepare("SELECT id FROM content WHERE sha256 = ?");
    this.#newContent = database.prepare(`INSERT INTO content (sha256, state) VALUES (?, ${contentState.hashed})`);
  }

  /** Row number of a planned unit. */
  unitId(key: string): number {
    const row = this.#unit.get([key]);
    if (!row) throw new Error(`unit ${key} was never planned`);
    return row.id;
  }

  /** False where an item with this id is already there. */
  add(unit: number, row: ItemRow): boolean {
    const done = this.#item.run([
      row.id,
      unit,
      row.parent,
      row.path,
      row.name.text,
      row.name.bytes,
      extensionOf(row.name.text),
      row.kind,
      row.nameClaim,
      row.contentClaim,
      row.origin,
      stateOf(row),
      row.status,
      row.reason,
      row.size,
      row.content === null ? null : this.#contentId(row.content),
      row.extensionMismatch ? 1 : 0,
      row.depth,
      modifiedOf(row.times),
    ]);
    if (done.changes === 0) return false;
    const item = done.lastRowid;
    row.times.forEach((time, seq) => this.#time.run([item, seq, time.kind, time.value, time.zone, time.source]));
    row.extents?.forEach(({ start, length, kind, state }, seq) =>
      this.#extent.run([item, seq, start, length, kind, state]),
    );
    for (const found of row.findings) this.#finding.run([item, ...findingValues(found)]);
    this.#name.run([item, fold(row.name.text), fold(foldersOf(row.path))]);
    return true;
  }

  #contentId(sha256: string): number {
    const hash = Buffer.from(sha256, "hex");
    return this.#content.get([hash])?.id ?? this.#newContent.run([hash]).lastRowid;
  }
}

/** `code, offset, length, params` as stored. */
export function findingValues(found: Finding): [string, number | null, number | null, string] {
  return [found.code, found.offset, found.length, JSON.stringify(found.params)];
}

/** Folded extension without the dot, null where a name has none or where it is too long to be one. */
export function extensionOf(name: string): string | null {
  const dot = name.lastIndexOf(".");
  if (dot <= 0 || dot === name.length - 1) return null;
  const extension = name.slice(dot + 1);
  return extension.length > maxExtensionChars || /\s/.test(extension) ? null : fold(extension);
}

const zoneRank = { utc: 0, offset: 1, "local-unknown": 2 };

/**
 * The modification time that filters and sorting use: ms since 1970 UTC of the first one with the best known zone; a
 * local time of unknown zone counts as if it were UTC. Null where there is none or it cannot be placed.
 */
export function modifiedOf(times: readonly ItemTime[]): number | null {
  const best = times
    .filter((time) => time.kind === "m")
    .sort((a, b) => zoneRank[a.zone] - zoneRank[b.zone])
    .at(0);
  if (!best) return null;
  // Date reads three digits of a second; sources may have nine.
  const trimmed = best.value.replace(/(\.\d{3})\d+/, "$1");
  const instant = Date.parse(best.zone === "local-unknown" && !trimmed.endsWith("Z") ? `${trimmed}Z` : trimmed);
  return Number.isNaN(instant) ? null : instant;
}
