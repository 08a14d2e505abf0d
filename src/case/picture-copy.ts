/**
 * What work files of other exhibits of the case say of the pixels of equal bytes. The text of a content comes with the copy of its
 * description; here follow size, thumbnail, hash, codes and recognised pages. What was given up there for want of time or memory,
 * or because the bytes were not found again, is tried anew.
 */
import { isOperatorError } from "../messages/operator-error.ts";
import type { Field } from "../../native-free/model/item.ts";
import type { OcrPage, OcrState, PictureResult } from "./picture-results.ts";
import { pictureSource, storePages, storePicture, unseenContents, type UnseenContent } from "./picture-store.ts";
import { contentState } from "./schema.ts";
import type { Database, SqlRow } from "./sqlite.ts";
import { WorkFileReader } from "./work-file-reader.ts";
import { storedFinding } from "./work-file-rows.ts";

/** Contents that one call asks for. */
const pageSize = 1000;
const isOfBytes = "coalesce(p.reason, '') NOT IN ('crashed', 'timeout', 'oom', 'absent', 'changed')";

interface Copy {
  readonly result: PictureResult;
  readonly pages: readonly OcrPage[];
}

/** Copies for contents behind the number `after`; returns the number to go on behind, null when there is none left. */
export function copyPictures(database: Database, files: readonly string[], after: number): number | null {
  const wanted = unseenContents(database, after, pageSize);
  const readers = files.flatMap((file) => guarded(() => WorkFileReader.open(file)) ?? []);
  try {
    for (const content of wanted) {
      const copy = firstCopy(readers, content);
      if (!copy) continue;
      storePicture(database, copy.result);
      storePages(database, content.id, copy.pages);
    }
  } finally {
    for (const reader of readers) reader.close();
  }
  return wanted.length < pageSize ? null : (wanted.at(-1)?.id ?? null);
}

function firstCopy(readers: readonly WorkFileReader[], content: UnseenContent): Copy | null {
  for (const reader of readers) {
    const copy = guarded(() => copyIn(reader, content));
    if (copy) return copy;
  }
  return null;
}

/** A work file that cannot be read (removed meanwhile, damaged) has nothing to copy. */
function guarded<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (isOperatorError(error)) return null;
    throw error;
  }
}

type PictureRow = SqlRow & Omit<PictureResult, "thumbnail" | "fields" | "findings"> & { id: number; kind: string };

function copyIn(reader: WorkFileReader, { sha256, kind }: UnseenContent): Copy | null {
  const [row] = reader.select<PictureRow>(
    `SELECT c.id, coalesce(c.text_kind, 'none') AS kind, p.* FROM content c JOIN picture p ON p.content = c.id
     WHERE c.sha256 = ? AND c.state = ${contentState.complete} AND p.ocr <> 'wanted' AND ${isOfBytes}`,
    [Buffer.from(sha256, "hex")],
  );
  if (!row) return null;
  const [isThere, isHere] = [row.kind.includes("recognised"), kind.includes("recognised")];
  // The description was read from the bytes here: its text is to be recognised here too.
  const isTextWanted = isThere && !isHere;
  if ((isHere && !isThere) || (isTextWanted && row.reason !== null)) return null;
  const { status, reason, width, height, pages, hash } = row;
  const ocr: OcrState = isTextWanted ? "wanted" : row.ocr;
  const about = aboutOf(reader, row.id);
  const findings = about.findings.filter(({ code }) => !isTextWanted || !code.startsWith("ocr/"));
  return {
    result: { sha256, status, reason, width, height, pages, hash, ocr, ...about, findings },
    pages: isTextWanted ? [] : pagesOf(reader, row.id),
  };
}

function aboutOf(reader: WorkFileReader, content: number): Pick<PictureResult, "thumbnail" | "fields" | "findings"> {
  const [thumbnail] = reader.select<NonNullable<PictureResult["thumbnail"]> & SqlRow>(
    "SELECT mime, width, height, bytes FROM thumbnail WHERE content = ?",
    [content],
  );
  const fields = reader.select<Field & SqlRow>(
    "SELECT name, value, source FROM metadata WHERE content = ? AND source = ? ORDER BY seq",
    [content, pictureSource],
  );
  const findings = reader.select(
    "SELECT * FROM finding WHERE content = ? AND (code LIKE 'picture/%' OR code LIKE 'ocr/%') ORDER BY id",
    [content],
  );
  return {
    thumbnail: thumbnail ?? null,
    fields,
    findings: findings.map((found) => reader.stored(() => storedFinding(found))),
  };
}

function pagesOf(reader: WorkFileReader, content: number): OcrPage[] {
  const rows = reader.select<Omit<OcrPage, "low"> & { low: number } & SqlRow>(
    "SELECT page, language, script, confidence, low, words FROM ocr_page WHERE content = ? ORDER BY page",
    [content],
  );
  return rows.map(({ page, language, script, confidence, low, words }) => ({
    ...{ page, language, script, confidence, words },
    low: low === 1,
  }));
}
