/** Storing contents with their text. A long text comes from a spool file, block by block. */
import { closeSync, openSync, readSync, unlinkSync } from "node:fs";
import { deserialize } from "node:v8";
import { shares, treatments, type PreparedBlock, type PreparedContent } from "../../native-free/model/prepared.ts";
import { FieldIndex } from "./field-index.ts";
import { findingValues } from "./item-store.ts";
import { clearDescription } from "./recovery.ts";
import { contentState } from "./schema.ts";
import type { Database, Statement } from "./sqlite.ts";
import { blocksPerContent, indexRow } from "./text-rows.ts";

/** Told after each stored stretch, so that the caller may commit. */
export type Charge = (rows: number, bytes: number) => void;

/** A record of a spool file is a block of at most 2^20 UTF-16 units twice over; anything longer is no record. */
const maxRecordBytes = 64 * 2 ** 20;

export class ContentStore {
  readonly #database: Database;
  readonly #find: Statement<{ id: number; state: number; treatment: number }>;
  readonly #insert: Statement;
  readonly #describe: Statement;
  readonly #state: Statement;
  readonly #fields: FieldIndex;
  readonly #field: Statement;
  readonly #finding: Statement;
  readonly #entity: Statement;
  readonly #similarity: Statement;
  readonly #block: Statement;
  readonly #index: Statement;

  constructor(database: Database) {
    this.#database = database;
    this.#find = database.prepare("SELECT id, state, treatment FROM content WHERE sha256 = ?");
    this.#insert = database.prepare(`INSERT INTO content (sha256, state) VALUES (?, ${contentState.hashed})`);
    this.#describe = database.prepare(
      `UPDATE content SET state = ${contentState.writing}, sha1 = ?, md5 = ?, size = ?, type = ?, mime = ?, category = ?,
         charset = ?, language = ?, entropy = ?, status = ?, reason = ?, text_kind = ?, text_sha256 = ?, treatment = ?, share = ?
       WHERE id = ?`,
    );
    this.#state = database.prepare("UPDATE content SET state = ? WHERE id = ?");
    this.#fields = new FieldIndex(database);
    this.#field = database.prepare("INSERT INTO metadata (content, seq, name, value, source) VALUES (?, ?, ?, ?, ?)");
    this.#finding = database.prepare(
      "INSERT INTO finding (content, code, offset, length, params) VALUES (?, ?, ?, ?, ?)",
    );
    this.#entity = database.prepare(
      "INSERT INTO entity (content, seq, kind, value, quality, block, offset, length) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#similarity = database.prepare("INSERT INTO similarity (content, sketch, ssdeep, tlsh) VALUES (?, ?, ?, ?)");
    this.#block = database.prepare("INSERT INTO text_block (id, labels, chars, text) VALUES (?, ?, ?, ?)");
    this.#index = database.prepare("INSERT INTO fts_text (rowid, text) VALUES (?, ?)");
  }

  has(sha256: string): boolean {
    return this.#find.get([Buffer.from(sha256, "hex")])?.state === contentState.complete;
  }

  /** False where the content is already complete, unless more is made of it now than was. */
  add(prepared: PreparedContent, charge: Charge): boolean {
    const hash = Buffer.from(prepared.row.sha256, "hex");
    const known = this.#find.get([hash]);
    const isComplete = known?.state === contentState.complete;
    const isMore = isComplete && treatments.indexOf(prepared.treatment) < known.treatment;
    const isNew = !isComplete || isMore;
    if (isMore) clearDescription(this.#database, known.id);
    if (isNew) this.#store(known?.id ?? this.#insert.run([hash]).lastRowid, prepared, charge);
    if (prepared.spooled !== null) unlinkSync(prepared.spooled);
    return isNew;
  }

  #store(id: number, prepared: PreparedContent, charge: Charge): void {
    this.#storeRow(id, prepared);
    const { sketch, ssdeep, tlsh } = prepared.similar;
    if (sketch !== null || ssdeep !== null) this.#similarity.run([id, sketch, ssdeep, tlsh]);
    // One transaction for most; a spooled text may be longer than one transaction should be.
    for (const block of prepared.blocks) this.#storeBlock(id, block);
    let bytes = prepared.blocks.reduce((sum, block) => sum + block.folded.length, 0);
    if (prepared.spooled !== null) {
      for (const block of readSpool(prepared.spooled)) {
        charge(1, bytes);
        this.#storeBlock(id, block);
        bytes = block.folded.length;
      }
    }
    this.#state.run([contentState.complete, id]);
    const { fields, findings, entities } = prepared.row;
    charge(2 + prepared.blocks.length + fields.length + findings.length + entities.length, bytes);
  }

  #storeRow(id: number, { row, treatment, share }: PreparedContent): void {
    this.#describe.run([
      Buffer.from(row.sha1, "hex"),
      Buffer.from(row.md5, "hex"),
      row.size,
      row.type,
      row.mime,
      row.category,
      row.charset,
      row.language,
      row.entropy,
      row.status,
      row.reason,
      row.textKind,
      row.textSha256 === null ? null : Buffer.from(row.textSha256, "hex"),
      treatments.indexOf(treatment),
      shares.indexOf(share),
      id,
    ]);
    this.#fields.add(
      id,
      row.fields.map(({ value }) => value),
    );
    row.fields.forEach((field, seq) => this.#field.run([id, seq, field.name, field.value, field.source]));
    for (const found of row.findings) this.#finding.run([id, ...findingValues(found)]);
    row.entities.forEach(({ kind, value, quality, block, offset, length }, seq) =>
      this.#entity.run([id, seq, kind, value, quality, block, offset, length]),
    );
  }

  #storeBlock(content: number, block: PreparedBlock): void {
    if (block.index >= blocksPerContent) throw new Error(`a text of more than ${blocksPerContent} blocks`);
    const id = content * blocksPerContent + block.index;
    this.#block.run([id, block.labels.length > 0 ? JSON.stringify(block.labels) : null, block.chars, block.text]);
    this.#index.run([indexRow(id), block.folded]);
  }
}

/** The blocks of a spool file in order: u32 little-endian length, then a v8-serialised block. Throws on a torn file. */
export function* readSpool(file: string): Generator<PreparedBlock> {
  const descriptor = openSync(file, "r");
  try {
    for (;;) {
      const head = readExactly(descriptor, 4, true);
      if (!head) return;
      const length = head.readUInt32LE(0);
      if (length > maxRecordBytes) throw new Error(`spool file ${file} is not one of ours`);
      yield deserialize(readExactly(descriptor, length, false) as Buffer) as PreparedBlock;
    }
  } finally {
    closeSync(descriptor);
  }
}

function readExactly(descriptor: number, length: number, endAllowed: boolean): Buffer | null {
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  while (at < length) {
    const count = readSync(descriptor, bytes, at, length - at, null);
    if (count === 0 && at === 0 && endAllowed) return null;
    if (count === 0) throw new Error("a spool file ends inside a block");
    at += count;
  }
  return bytes;
}
