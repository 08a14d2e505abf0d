/** The contents and items of a work file for which a term holds that the index alone does not answer. */
import type { WorkFileReader } from "../../case/work-file-reader.ts";
import type { StoredItem } from "../../case/work-file-rows.ts";
import { placesOf, type HashesTerm, type LikeTerm, type SpecialTerm, type TextTerm } from "../query.ts";
import { contentsWithPlace } from "../scan/confirm.ts";
import { contentsLike } from "../similar.ts";
import { askIndex } from "./index-answers.ts";
import { fieldsHolding, itemsHolding } from "./looked-at.ts";

/** Numbers of contents by their text and fields, as far as the term looks there. Throws OperatorError where too many words are accepted. */
export function contentsWith(reader: WorkFileReader, term: SpecialTerm): ReadonlySet<number> {
  if (term.kind === "hashes") return withHashes(reader, term);
  if (term.kind === "like") return likeItem(reader, term);
  const { text, fields } = placesOf(term);
  const found = new Set<number>();
  if (text) {
    const answer = askIndex(reader, "fts_text", term);
    const rows = answer?.sure ? answer.rows : contentsWithPlace(reader, term, answer?.rows ?? null);
    for (const content of rows) found.add(content);
  }
  if (fields !== false) {
    const answer = askIndex(reader, "fts_field", term);
    const rows = answer?.sure ? answer.rows : fieldsHolding(reader, term, answer?.rows ?? null);
    for (const content of rows) found.add(content);
  }
  return found;
}

/** Row numbers of items by their name and folders, as far as the term looks there. */
export function itemsWith(reader: WorkFileReader, term: SpecialTerm): ReadonlySet<number> {
  const { name, folders } = placesOf(term);
  if (!name && !folders) return new Set();
  const answer = askIndex(reader, "fts_name", term);
  return answer?.sure ? answer.rows : itemsHolding(reader, term, answer?.rows ?? null);
}

/** True where a term of hashes or likeness holds for the content of an item. SHA-256 is known also where the content is not described. */
export function holdsContent(reader: WorkFileReader, item: StoredItem, term: TextTerm | SpecialTerm): boolean {
  const { sha256, content } = item;
  if (term.kind === "hashes") {
    const held = [sha256, content?.sha1 ?? null, content?.md5 ?? null];
    return held.some((hash) => hash !== null && term.list?.hashes.has(hash) === true);
  }
  if (!content || term.kind !== "like") return false;
  return likeItem(reader, term).has(reader.contentNumber(content.sha256) ?? 0);
}

/** MD5 and SHA-1 are known of contents that are described. */
function withHashes(reader: WorkFileReader, { list, name }: HashesTerm): Set<number> {
  if (!list) throw new Error(`the list ${name} was not read`);
  const found = new Set<number>();
  for (const [column, digits] of Object.entries({ md5: 32, sha1: 40, sha256: 64 })) {
    const hashes = [...list.hashes].filter((hash) => hash.length === digits);
    if (hashes.length === 0) continue;
    const rows = reader.iterate<{ id: number }>(
      `SELECT id FROM content WHERE ${column} IN (SELECT unhex(value) FROM json_each(?))`,
      [JSON.stringify(hashes)],
    );
    for (const { id } of rows) found.add(id);
  }
  return found;
}

/** Likeness is compared with every content, and asked for the answer and for every hit of a page. */
const likenesses = new WeakMap<LikeTerm, WeakMap<WorkFileReader, ReadonlySet<number>>>();

function likeItem(reader: WorkFileReader, term: LikeTerm): ReadonlySet<number> {
  const { target, item } = term;
  if (!target) throw new Error(`the item ${item} was not looked up`);
  const known = likenesses.get(term) ?? new WeakMap<WorkFileReader, ReadonlySet<number>>();
  likenesses.set(term, known);
  const contents = known.get(reader) ?? new Set(contentsLike(reader, target).keys());
  known.set(reader, contents);
  return contents;
}
