/** A content of one work file, as it is handed to the writer of another. */
import type { ContentRow, EntityRow, Field } from "../../native-free/model/item.ts";
import {
  shares,
  treatments,
  type PreparedBlock,
  type PreparedContent,
  type Similar,
} from "../../native-free/model/prepared.ts";
import { foldBlock } from "../../native-free/model/text-seam.ts";
import { listOfKind } from "../../native-free/watchlists/list-kind.ts";
import type { SqlRow } from "./sqlite.ts";
import { contentState } from "./schema.ts";
import { blockIds } from "./text-rows.ts";
import { appliedLists } from "./watch-store.ts";
import type { WorkFileReader } from "./work-file-reader.ts";
import { hex, storedBlock, storedContent, storedFinding } from "./work-file-rows.ts";

/** A longer text is read from the bytes again: a copy goes through memory as a whole. */
const copiedBlocks = 16;

/**
 * Null where the file does not describe these bytes, or where what it says holds for its own occurrences alone. `hasBeside`: there are
 * files beside the occurrence that it is wanted for. All of it is of one moment: the other exhibit may be under examination, too.
 */
export function copyOfContent(reader: WorkFileReader, sha256: string, hasBeside: boolean): PreparedContent | null {
  return reader.snapshot(() => copied(reader, sha256, hasBeside));
}

function copied(reader: WorkFileReader, sha256: string, hasBeside: boolean): PreparedContent | null {
  const [row] = reader.select(
    `SELECT *, id AS c_id, size AS c_size, status AS c_status, reason AS c_reason FROM content
     WHERE sha256 = ? AND state = ${contentState.complete} AND treatment = ${treatments.indexOf("full")}`,
    [Buffer.from(sha256, "hex")],
  );
  if (!row) return null;
  const share = shares[row["share"] as number] ?? "never";
  if (share === "never" || (share === "alone" && hasBeside)) return null;
  const content = row["id"] as number;
  const blocks = blocksOf(reader, content);
  if (blocks === null) return null;
  const similar = similarOf(reader, content);
  return { row: rowOf(reader, content, row), treatment: "full", share, similar, blocks, spooled: null };
}

function similarOf(reader: WorkFileReader, content: number): Similar {
  const [found] = reader.select<{ sketch: Uint8Array | null; ssdeep: string | null; tlsh: string | null }>(
    "SELECT sketch, ssdeep, tlsh FROM similarity WHERE content = ?",
    [content],
  );
  if (!found) return { sketch: null, ssdeep: null, tlsh: null };
  const { sketch, ssdeep, tlsh } = found;
  return { sketch: sketch === null ? null : new Uint8Array(sketch), ssdeep, tlsh };
}

function rowOf(reader: WorkFileReader, content: number, row: SqlRow): ContentRow {
  const select = <T>(columns: string, table: string, order: string) =>
    reader.select<T & SqlRow>(`SELECT ${columns} FROM ${table} WHERE content = ? ORDER BY ${order}`, [content]);
  const entities = select<EntityRow>("kind, value, quality, block, offset, length", "entity", "seq");
  // Processing does not look for lists that were applied to the other exhibit afterwards.
  const isListed = entities.some(({ kind }) => listOfKind(kind) !== null);
  const later = new Set(isListed ? appliedLists(reader).flatMap(({ list, own }) => (own ? [] : [list])) : []);
  return {
    ...storedContent(row),
    textSha256: hex(row["text_sha256"]),
    fields: select<Field>("name, value, source", "metadata", "seq").map(({ name, value, source }) => ({
      ...{ name, value, source },
    })),
    findings: select("*", "finding", "id").map((found) => reader.stored(() => storedFinding(found))),
    entities: entities.filter(({ kind }) => !later.has(listOfKind(kind) ?? "")).map((entity) => ({ ...entity })),
  };
}

/** Null where there are too many. */
function blocksOf(reader: WorkFileReader, content: number): PreparedBlock[] | null {
  const rows = reader.select("SELECT * FROM text_block WHERE id >= ? AND id < ? ORDER BY id LIMIT ?", [
    ...blockIds(content),
    copiedBlocks + 1,
  ]);
  if (rows.length > copiedBlocks) return null;
  return rows.map((row) => {
    const { index, labels, text } = reader.stored(() => storedBlock(row));
    const packed = new Uint8Array(row["text"] as Uint8Array);
    return { index, labels, chars: row["chars"] as number, text: packed, folded: foldBlock(text, index) };
  });
}
