/** The text of a picture or of the textless pages of a document, page by page; a bad page costs itself. */
import { constants, zstdCompressSync } from "node:zlib";
import { readWhole, type ByteSource } from "../../../native-free/bytes/byte-source.ts";
import { detectLanguage } from "../../../native-free/extractors/language.ts";
import { isEvidenceError } from "../../../native-free/model/errors.ts";
import { finding, type Finding } from "../../../native-free/model/findings.ts";
import type { EntityRow } from "../../../native-free/model/item.ts";
import type { GreyPicture } from "../../../native-free/pictures/grey.ts";
import { PdfPages } from "../../../native-free/pictures/pdf-pages.ts";
import { textLikeness } from "../../../native-free/pictures/text-likeness.ts";
import type { EntityFinder } from "../../../native-free/entities/find-entities.ts";
import { ContentEntities } from "../../../workers/content-entities.ts";
import type { ContentWatch } from "../../../workers/content-watch.ts";
import { OcrEngine } from "../../../workers/pictures/ocr-engine.ts";
import { readPage } from "../../../workers/pictures/vips-library.ts";
import type { OcrPage, PictureWork, RecognisedText } from "../../case/picture-results.ts";
import type { Profile } from "../profile.ts";
import { failedText } from "./failed-results.ts";
import { recognisePage, type RecognisedPage } from "./recognise-page.ts";

export interface RecogniseContext {
  readonly profile: Profile;
  readonly passwords: readonly string[];
  readonly watch: ContentWatch | null;
  readonly beat: () => void;
}

/** Below this confidence letters are noise: the words are kept with the page, and are not searched. */
const leastSearched = 30;
const compression = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };

let engine: OcrEngine | null = null;
let finder: EntityFinder | null = null;

/** What the evidence is at fault for is in the result; throws only for faults of ours and the machine's. */
export async function recognise(
  work: PictureWork,
  source: ByteSource,
  context: RecogniseContext,
): Promise<RecognisedText> {
  const bytes = readWhole(source, context.profile.budgets.wholeBytes);
  if (bytes === null) {
    return failedText(work.sha256, "budget", finding("ocr/page-failed", { pages: 1, page: 1, problem: "memory" }));
  }
  const gathering = new Gathering(context.profile);
  try {
    const pages = work.type === "pdf" ? await documentPages(bytes, context) : picturePages(work, bytes, context);
    await gathering.take(pages, context);
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    return failedText(work.sha256, "damaged", finding(error.code, error.params));
  }
  return gathering.result(work.sha256, context);
}

/** Pages that are to be recognised; a function of each, so that a bad one fails by itself. Null: it has text of its own. */
interface Pages {
  readonly count: number;
  readonly page: (index: number) => Promise<GreyPicture | null>;
}

async function documentPages(bytes: Uint8Array, { profile, passwords }: RecogniseContext): Promise<Pages> {
  const document = await PdfPages.open(bytes, passwords);
  const drawn = (index: number) => document.textlessPage(index, profile.ocr.pixels);
  return { count: document.pageCount, page: (index) => Promise.resolve(drawn(index)) };
}

function picturePages({ type, pages }: PictureWork, bytes: Uint8Array, { profile }: RecogniseContext): Pages {
  const limits = { decoded: profile.pictures.pixels, kept: profile.ocr.pixels };
  return { count: pages, page: (index) => readPage(bytes, type, index, limits) };
}

class Gathering {
  readonly #profile: Profile;
  readonly #pages: OcrPage[] = [];
  readonly #labels: { at: number; label: string }[] = [];
  readonly #failed: { page: number; problem: string }[] = [];
  #text = "";
  #isCut = false;

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  async take({ count, page }: Pages, { beat }: RecogniseContext): Promise<void> {
    const { ocr, budgets } = this.#profile;
    let done = 0;
    for (let index = 0; index < count; index++) {
      beat();
      if (done >= ocr.pages || this.#text.length > budgets.textChars) {
        this.#isCut = true;
        return;
      }
      try {
        const picture = await page(index);
        if (picture === null || (count > 1 && textLikeness(picture) !== "likely")) continue;
        done += 1;
        engine ??= await OcrEngine.load(beat);
        this.#add(index + 1, await recognisePage(engine, picture, ocr.languages));
      } catch (error) {
        this.#failed.push({ page: index + 1, problem: problemOf(error) });
      }
    }
  }

  #add(page: number, { text, confidence, words, model, script }: RecognisedPage): void {
    const rows = words.map((word) => [word.text, word.confidence, word.left, word.top, word.width, word.height]);
    const packed = new Uint8Array(zstdCompressSync(Buffer.from(JSON.stringify(rows), "utf8"), compression));
    const low = words.length > 0 && confidence < this.#profile.ocr.minConfidence;
    this.#pages.push({ page, language: model, script, confidence, low, words: packed });
    if (words.length === 0 || confidence < leastSearched) return;
    if (this.#text !== "") this.#text += "\n";
    this.#labels.push({ at: this.#text.length, label: `page ${page} (recognised)` });
    this.#text += text.trim().toWellFormed();
  }

  async result(sha256: string, context: RecogniseContext): Promise<RecognisedText> {
    const text = this.#text.slice(0, this.#profile.budgets.textChars).toWellFormed();
    const isFailed = this.#pages.length === 0 && this.#failed.length > 0;
    return {
      ...{ sha256, ocr: isFailed ? "failed" : "done", reason: this.#failed.length > 0 ? "damaged" : null },
      ...{ pages: this.#pages, text, labels: this.#labels.filter(({ at }) => at < text.length) },
      language: text === "" ? null : await detectLanguage(text),
      entities: text === "" ? [] : await entitiesIn(text, context),
      findings: this.#findings(),
    };
  }

  #findings(): Finding[] {
    const { minConfidence, pages } = this.#profile.ocr;
    const findings: Finding[] = [];
    const [bad] = this.#failed;
    if (bad) findings.push(finding("ocr/page-failed", { pages: this.#failed.length, ...bad }));
    const low = this.#pages.filter((page) => page.low).length;
    if (low > 0) findings.push(finding("ocr/low-confidence", { pages: low, limit: minConfidence }));
    if (this.#isCut) findings.push(finding("ocr/page-limit", { limit: pages }));
    return findings;
  }
}

/** Identifiers and terms of watch-lists in the text, as in any other. */
async function entitiesIn(text: string, { profile, watch }: RecogniseContext): Promise<readonly EntityRow[]> {
  const found = new ContentEntities(profile.budgets.entities, watch);
  const loaded = await import("../../../native-free/entities/find-entities.ts");
  found.inBlock(profile.entities ? (finder ??= new loaded.EntityFinder()) : null, text, {
    block: 0,
    since: 0,
    until: text.length,
    inBytes: false,
  });
  return found.rows;
}

/** A trap leaves the engine in an unknown state: the next page gets another one. */
function problemOf(error: unknown): string {
  if (isEvidenceError(error)) return String(error.params["problem"] ?? "damaged");
  const isTrap = (error as { name?: unknown } | null)?.name === "RuntimeError" || error instanceof RangeError;
  if (!isTrap) throw error;
  engine = null;
  return "trap";
}
