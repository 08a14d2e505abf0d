/**
 * Storing what the pass over pictures and scanned pages finds, one content in one transaction of the caller's: what is there counts,
 * what is not is found by `pendingPictures` again.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { textBlockChars, textOverlapChars } from "../../native-free/model/prepared.ts";
import { TextHash } from "../../native-free/model/text-hash.ts";
import { foldBlock, wholeSign } from "../../native-free/model/text-seam.ts";
import { refreshFields } from "./field-index.ts";
import { findingValues } from "./item-store.ts";
import type { PictureResult, PictureWork, RecognisedText } from "./picture-results.ts";
import { contentState } from "./schema.ts";
import type { Database, SqlRow } from "./sqlite.ts";
import { blockIds, blocksPerContent, indexRow, removeBlocks } from "./text-rows.ts";
import { storedBlock } from "./work-file-rows.ts";

/** Where fields and findings of the pass come from: what it said before is replaced. */
export const pictureSource = "pixels";
const isOfPass = "(code LIKE 'picture/%' OR code LIKE 'ocr/%')";
const compression = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Contents whose pixels matter: pictures, and documents with pages that show nothing but pictures. */
const isPicture = `c.state = ${contentState.complete} AND c.treatment = 0 AND (c.category = 'pictures' OR (c.type = 'pdf' AND EXISTS
    (SELECT 1 FROM finding WHERE content = c.id AND code = 'pdf/no-text-layer')))
  AND EXISTS (SELECT 1 FROM item WHERE content = c.id)`;

export type PictureStage = "view" | "text";

/** Contents to look at, or whose text is to be recognised: the small ones first. */
export function pendingPictures(database: Database, stage: PictureStage, count: number): PictureWork[] {
  const from =
    stage === "view"
      ? `content c WHERE ${isPicture} AND NOT EXISTS (SELECT 1 FROM picture WHERE content = c.id)`
      : `picture p JOIN content c ON c.id = p.content WHERE p.ocr = 'wanted' AND c.state = ${contentState.complete}
           AND EXISTS (SELECT 1 FROM item WHERE content = c.id)`;
  const pages = stage === "view" ? "1" : "coalesce(p.pages, 1)";
  const rows = database
    .prepare<{ id: number; sha256: Uint8Array; type: string; size: number; pages: number }>(
      `SELECT c.id, c.sha256, c.type, c.size, ${pages} AS pages FROM ${from} ORDER BY ${pages}, c.size, c.sha256 LIMIT ?`,
    )
    .all([count]);
  const place = placeFinder(database);
  return rows.map(({ id, sha256, ...row }) => ({ ...row, sha256: Buffer.from(sha256).toString("hex"), ...place(id) }));
}

export interface UnseenContent {
  readonly id: number;
  readonly sha256: string;
  /** As `content.text_kind`. */
  readonly kind: string;
}

/** Contents that nobody has looked at yet, with numbers above `after`, in their order. */
export function unseenContents(database: Database, after: number, count: number): UnseenContent[] {
  const rows = database
    .prepare<{ id: number; sha256: Uint8Array; kind: string }>(
      `SELECT c.id, c.sha256, coalesce(c.text_kind, 'none') AS kind FROM content c
       WHERE c.id > ? AND ${isPicture} AND NOT EXISTS (SELECT 1 FROM picture WHERE content = c.id) ORDER BY c.id LIMIT ?`,
    )
    .all([after, count]);
  return rows.map(({ id, sha256, kind }) => ({ id, sha256: Buffer.from(sha256).toString("hex"), kind }));
}

/** How many of each stage are left. */
export function countPictures(database: Database): Record<PictureStage, number> {
  const [view, text] = [
    `content c WHERE ${isPicture} AND NOT EXISTS (SELECT 1 FROM picture WHERE content = c.id)`,
    "picture WHERE ocr = 'wanted'",
  ].map((from) => database.prepare<{ n: number }>(`SELECT count(*) AS n FROM ${from}`).get([])?.n ?? 0);
  return { view: view ?? 0, text: text ?? 0 };
}

/** Pictures of formats that are not decoded, and films none of whose pictures could be taken out, are counted as such. */
export function skipUndecodable(database: Database, decodable: readonly string[]): void {
  database
    .prepare(
      `INSERT INTO picture (content, status, reason, ocr) SELECT c.id, 'skipped', 'unsupported', 'unsupported' FROM content c
       WHERE ${isPicture} AND c.type <> 'pdf' AND c.type NOT IN (SELECT value FROM json_each(?))
         AND NOT EXISTS (SELECT 1 FROM picture WHERE content = c.id)`,
    )
    .run([JSON.stringify(decodable)]);
  database
    .prepare(
      `INSERT INTO picture (content, status, reason, ocr) SELECT c.id, 'skipped', 'no pure decoder', 'unsupported' FROM content c
       WHERE c.state = ${contentState.complete} AND c.treatment = 0 AND c.category = 'video'
         AND EXISTS (SELECT 1 FROM item WHERE content = c.id)
         AND NOT EXISTS (SELECT 1 FROM metadata WHERE content = c.id AND name = 'keyFrames')
         AND NOT EXISTS (SELECT 1 FROM picture WHERE content = c.id)`,
    )
    .run();
}

function placeFinder(database: Database): (content: number) => Pick<PictureWork, "unit" | "order" | "ids"> {
  const first = database.prepare<{ id: string; unit: string; order: number }>(
    `SELECT i.key AS id, u.key AS unit, u.position AS "order" FROM item i JOIN unit u ON u.id = i.unit
     WHERE i.content = ? ORDER BY i.depth, i.key LIMIT 1`,
  );
  const holder = database.prepare<{ parent: string }>("SELECT parent FROM item WHERE key = ?");
  return (content) => {
    const { id, unit, order } = first.get([content]) as { id: string; unit: string; order: number };
    const ids = [id];
    while (ids[0] !== unit) {
      const parent = holder.get([ids[0] as string])?.parent;
      if (parent === undefined || parent === null) throw new Error(`item ${id} does not lie in its unit`);
      ids.unshift(parent);
    }
    return { unit, order, ids };
  };
}

/** Stores what was seen of a picture. */
export function storePicture(database: Database, result: PictureResult): void {
  const content = contentOf(database, result.sha256);
  if (content === null) return;
  const { status, reason, width, height, pages, hash, ocr, thumbnail } = result;
  database
    .prepare(
      "INSERT OR REPLACE INTO picture (content, status, reason, width, height, pages, hash, ocr) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .run([content, status, reason, width, height, pages, hash, ocr]);
  if (thumbnail) {
    database
      .prepare("INSERT OR REPLACE INTO thumbnail (content, mime, width, height, bytes) VALUES (?, ?, ?, ?, ?)")
      .run([content, thumbnail.mime, thumbnail.width, thumbnail.height, thumbnail.bytes]);
  }
  // Of a content that was copied from another exhibit they may be there.
  database.prepare("DELETE FROM metadata WHERE content = ? AND source = ?").run([content, pictureSource]);
  database.prepare(`DELETE FROM finding WHERE content = ? AND ${isOfPass}`).run([content]);
  const next = database
    .prepare<{ seq: number }>("SELECT coalesce(max(seq), -1) + 1 AS seq FROM metadata WHERE content = ?")
    .get([content]);
  const insert = database.prepare("INSERT INTO metadata (content, seq, name, value, source) VALUES (?, ?, ?, ?, ?)");
  result.fields.forEach(({ name, value, source }, index) =>
    insert.run([content, (next?.seq ?? 0) + index, name, value, source]),
  );
  refreshFields(database, content);
  storeFindings(database, content, result.findings);
}

/** Stores the text of a picture or of the pages of a document behind the text that is there. */
export function storeRecognised(database: Database, result: RecognisedText): void {
  const content = contentOf(database, result.sha256);
  if (content === null) return;
  const { ocr, reason, pages, findings } = result;
  database.prepare("UPDATE picture SET ocr = ? WHERE content = ?").run([ocr, content]);
  if (reason) {
    database.prepare("UPDATE picture SET status = 'partial', reason = ? WHERE content = ?").run([reason, content]);
  }
  storePages(database, content, pages);
  database.prepare("DELETE FROM finding WHERE content = ? AND code LIKE 'ocr/%'").run([content]);
  storeFindings(database, content, findings);
  if (result.text !== "") appendText(database, content, result);
}

/** Recognised pages of a content, in the place of those that are there. */
export function storePages(database: Database, content: number, pages: RecognisedText["pages"]): void {
  database.prepare("DELETE FROM ocr_page WHERE content = ?").run([content]);
  const insert = database.prepare(
    "INSERT INTO ocr_page (content, page, language, script, confidence, low, words) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  for (const { page, language, script, confidence, low, words } of pages) {
    insert.run([content, page, language, script, confidence, low ? 1 : 0, words]);
  }
}

function storeFindings(database: Database, content: number, findings: PictureResult["findings"]): void {
  const insert = database.prepare("INSERT INTO finding (content, code, offset, length, params) VALUES (?, ?, ?, ?, ?)");
  for (const found of findings) insert.run([content, ...findingValues(found)]);
}

/** The row of a complete content; null where it is none any more. */
function contentOf(database: Database, sha256: string): number | null {
  const row = database
    .prepare<{ id: number }>(`SELECT id FROM content WHERE sha256 = ? AND state = ${contentState.complete}`)
    .get([Buffer.from(sha256, "hex")]);
  return row?.id ?? null;
}

interface Part {
  /** In the joined text. */
  readonly from: number;
  readonly text: string;
  readonly labels: readonly { readonly at: number; readonly label: string }[];
}

/** The text goes on in the last block; where that grows too long, it is cut with the overlap that readers expect. */
function appendText(database: Database, content: number, result: RecognisedText): void {
  const { kind } = database
    .prepare<{ kind: string }>("SELECT coalesce(text_kind, 'none') AS kind FROM content WHERE id = ?")
    .get([content]) as { kind: string };
  // It came with a copy of the result of another exhibit.
  if (kind.includes("recognised")) return;
  const range = blockIds(content);
  const [base] = range;
  const blocks = database.prepare<SqlRow>("SELECT * FROM text_block WHERE id >= ? AND id < ? ORDER BY id").all(range);
  const lastRow = blocks.pop();
  const last = lastRow ? storedBlock(lastRow) : { index: 0, text: "", labels: [] };
  const before = last.text === "" ? "" : `${last.text}\n`;
  const labels = [...last.labels, ...result.labels.map(({ at, label }) => ({ at: at + before.length, label }))];
  const parts = partsOf(before + result.text, labels);
  if (lastRow) {
    removeBlocks(database, [{ id: base + last.index }]);
  }
  const hash = new TextHash();
  for (const row of blocks) hashBlock(hash, row);
  for (const [offset, part] of parts.entries()) storePart(database, hash, base, last.index + offset, part);
  database
    .prepare("UPDATE content SET text_kind = ?, text_sha256 = ?, language = coalesce(language, ?) WHERE id = ?")
    .run([
      kind === "none" ? "recognised" : `${kind}+recognised`,
      Buffer.from(hash.digest() as string, "hex"),
      result.language,
      content,
    ]);
  storeEntities(database, content, { result, parts, shift: before.length, first: last.index });
}

function partsOf(text: string, labels: Part["labels"]): Part[] {
  const parts: Part[] = [];
  for (let from = 0; ;) {
    const end = wholeSign(text, from + textBlockChars);
    const open = labels.findLast(({ at }) => at <= from);
    const inside = labels.filter(({ at }) => at > from && at < end);
    const kept = [...(open ? [open] : []), ...inside].map(({ at, label }) => ({ at: Math.max(0, at - from), label }));
    parts.push({ from, text: text.slice(from, end), labels: kept });
    if (end >= text.length) return parts;
    from = wholeSign(text, end - textOverlapChars);
  }
}

function hashBlock(hash: TextHash, row: SqlRow): void {
  const { index, labels } = storedBlock(row);
  hash.add({ index, labels, chars: row["chars"] as number }, zstdDecompressSync(row["text"] as Uint8Array));
}

function storePart(database: Database, hash: TextHash, base: number, index: number, { text, labels }: Part): void {
  if (index >= blocksPerContent) throw new Error(`a text of more than ${blocksPerContent} blocks`);
  const utf8 = Buffer.from(text, "utf8");
  hash.add({ index, labels, chars: text.length }, utf8);
  database
    .prepare("INSERT INTO text_block (id, labels, chars, text) VALUES (?, ?, ?, ?)")
    .run([
      base + index,
      labels.length > 0 ? JSON.stringify(labels) : null,
      text.length,
      zstdCompressSync(utf8, compression),
    ]);
  database
    .prepare("INSERT INTO fts_text (rowid, text) VALUES (?, ?)")
    .run([indexRow(base + index), foldBlock(text, index)]);
}

interface Placing {
  readonly result: RecognisedText;
  readonly parts: readonly Part[];
  /** Units of the joined text before the recognised one. */
  readonly shift: number;
  /** Number of the first part's block. */
  readonly first: number;
}

function storeEntities(database: Database, content: number, { result, parts, shift, first }: Placing): void {
  const next = database
    .prepare<{ seq: number }>("SELECT coalesce(max(seq), -1) + 1 AS seq FROM entity WHERE content = ?")
    .get([content]);
  const insert = database.prepare(
    "INSERT INTO entity (content, seq, kind, value, quality, block, offset, length) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  result.entities.forEach(({ kind, value, quality, offset, length }, index) => {
    const at = offset + shift;
    const part = parts.findLastIndex(({ from }) => from <= at);
    const inside = at - (parts[part]?.from ?? 0);
    insert.run([content, (next?.seq ?? 0) + index, kind, value, quality, first + part, inside, length]);
  });
}
