/**
 * PDFium (WebAssembly) behind the few calls that text needs. One instance per thread, made on first use; an instance
 * that trapped or grew large is thrown away, so that no document can spoil the ones after it.
 */
import { EvidenceError } from "../../model/errors.ts";

/** What is used of the module; handles are numbers, 0 for none. */
interface Pdfium {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(at: number): void;
  _FPDF_InitLibrary(): void;
  _FPDF_LoadMemDocument(at: number, bytes: number, password: number): number;
  _FPDF_GetLastError(): number;
  _FPDF_CloseDocument(document: number): void;
  _FPDF_GetSecurityHandlerRevision(document: number): number;
  _FPDF_GetPageCount(document: number): number;
  _FPDF_LoadPage(document: number, index: number): number;
  _FPDF_ClosePage(page: number): void;
  _FPDFText_LoadPage(page: number): number;
  _FPDFText_ClosePage(text: number): void;
  _FPDFText_CountChars(text: number): number;
  _FPDFText_GetText(text: number, from: number, count: number, target: number): number;
  _FPDFText_GetTextObject(text: number, index: number): number;
  _FPDFPage_CountObjects(page: number): number;
  _FPDFPage_GetObject(page: number, index: number): number;
  _FPDFPage_GetAnnotCount(page: number): number;
  _FPDFPageObj_GetType(object: number): number;
  _FPDFFormObj_CountObjects(object: number): number;
  _FPDFFormObj_GetObject(object: number, index: number): number;
}

/** FPDF_GetLastError (fpdfview.h). */
const ERROR_PASSWORD = 4;
const ERROR_SECURITY = 5;
const OBJECT_TEXT = 1;
const OBJECT_IMAGE = 3;
const OBJECT_FORM = 5;
/** Objects of a page that are looked at to learn whether it shows a picture. */
const LOOKED_AT = 2000;
/** WebAssembly memory never shrinks; an instance larger than this is not kept. */
const KEPT_HEAP_BYTES = 192 * 1024 * 1024;

export interface PdfPage {
  readonly text: string;
  readonly hasImage: boolean;
  readonly annotationCount: number;
  /** Text objects of the page of which nothing came out: vertical writing, or no more than spaces. */
  readonly silentObjects: number;
}

export type PdfRefusal = "encrypted" | "security" | "format";

let instance: Promise<Pdfium> | null = null;

async function makeInstance(): Promise<Pdfium> {
  // The module writes its complaints about traps to the console unless told otherwise; they come as exceptions as well.
  const silent = (): undefined => undefined;
  const options = { print: silent, printErr: silent } as object;
  const { PDFiumModule } = await import("@hyzyla/pdfium");
  const make = PDFiumModule as unknown as (options: object) => Promise<Pdfium>;
  const made = await make(options);
  made._FPDF_InitLibrary();
  return made;
}

/** A document in PDFium's memory. `close` has to be called; after a trap nothing else works. */
export class PdfiumDocument {
  readonly #pdfium: Pdfium;
  readonly #memory: number;
  readonly #document: number;
  #isClosed = false;

  private constructor(pdfium: Pdfium, memory: number, document: number) {
    this.#pdfium = pdfium;
    this.#memory = memory;
    this.#document = document;
  }

  /** Opens with a password, with the empty one where it is null. Throws EvidenceError `pdf/reader-trapped`. */
  static async open(bytes: Uint8Array, password: string | null = null): Promise<PdfiumDocument | PdfRefusal> {
    instance ??= makeInstance();
    const pdfium = await instance;
    return guard(() => {
      const memory = pdfium._malloc(bytes.length);
      if (memory === 0) throw new RangeError("no memory");
      pdfium.HEAPU8.set(bytes, memory);
      const secret = password === null ? 0 : writeText(pdfium, password);
      const document = pdfium._FPDF_LoadMemDocument(memory, bytes.length, secret);
      if (secret !== 0) pdfium._free(secret);
      if (document !== 0) return new PdfiumDocument(pdfium, memory, document);
      const error = pdfium._FPDF_GetLastError();
      pdfium._free(memory);
      if (error === ERROR_PASSWORD) return "encrypted";
      return error === ERROR_SECURITY ? "security" : "format";
    });
  }

  /** Streams are encrypted, even where the empty password opens them. */
  get isEncrypted(): boolean {
    return this.securityRevision >= 0;
  }

  /** Revision of the standard security handler (7.6.4), negative where nothing is encrypted. */
  get securityRevision(): number {
    return guard(() => this.#pdfium._FPDF_GetSecurityHandlerRevision(this.#document));
  }

  /** As the document claims; pages that do not exist are null when asked for. */
  get pageCount(): number {
    return guard(() => this.#pdfium._FPDF_GetPageCount(this.#document));
  }

  /** Null where the page cannot be loaded. Throws EvidenceError `pdf/reader-trapped`. */
  page(index: number): PdfPage | null {
    const pdfium = this.#pdfium;
    return guard(() => {
      const page = pdfium._FPDF_LoadPage(this.#document, index);
      if (page === 0) return null;
      const read = readText(pdfium, page);
      const found = {
        hasImage: read?.text.trim() ? false : hasImage(pdfium, page),
        annotationCount: pdfium._FPDFPage_GetAnnotCount(page),
      };
      pdfium._FPDF_ClosePage(page);
      return read && { ...read, ...found };
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (instance === null) return;
    guard(() => {
      this.#pdfium._FPDF_CloseDocument(this.#document);
      this.#pdfium._free(this.#memory);
    });
    if (this.#pdfium.HEAPU8.length > KEPT_HEAP_BYTES) instance = null;
  }
}

/** UTF-8 with a zero at its end, to be freed by the caller; PDFium itself tries other encodings where they are older. */
function writeText(pdfium: Pdfium, text: string): number {
  const bytes = new TextEncoder().encode(`${text}\0`);
  const memory = pdfium._malloc(bytes.length);
  if (memory === 0) throw new RangeError("no memory");
  pdfium.HEAPU8.set(bytes, memory);
  return memory;
}

/** Whatever escapes from WebAssembly leaves its memory in an unknown state: the instance is given up. */
function guard<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    instance = null;
    const problem = error instanceof RangeError ? "memory" : "trap";
    throw new EvidenceError("pdf/reader-trapped", { problem });
  }
}

function readText(pdfium: Pdfium, page: number): { text: string; silentObjects: number } | null {
  const textPage = pdfium._FPDFText_LoadPage(page);
  if (textPage === 0) return null;
  const count = Math.max(0, pdfium._FPDFText_CountChars(textPage));
  const memory = pdfium._malloc((count + 1) * 2);
  if (memory === 0) throw new RangeError("no memory");
  const written = count === 0 ? 1 : pdfium._FPDFText_GetText(textPage, 0, count, memory);
  const units = Math.max(0, written - 1);
  const bytes = pdfium.HEAPU8.slice(memory, memory + units * 2);
  pdfium._free(memory);
  const silentObjects = countSilent(pdfium, page, textPage, count);
  pdfium._FPDFText_ClosePage(textPage);
  return { text: tidy(new TextDecoder("utf-16le").decode(bytes)), silentObjects };
}

function countSilent(pdfium: Pdfium, page: number, textPage: number, charCount: number): number {
  const heard = new Set<number>();
  for (let index = 0; index < charCount; index++) heard.add(pdfium._FPDFText_GetTextObject(textPage, index));
  const count = Math.min(LOOKED_AT, pdfium._FPDFPage_CountObjects(page));
  let silent = 0;
  for (let index = 0; index < count; index++) {
    const object = pdfium._FPDFPage_GetObject(page, index);
    if (object !== 0 && pdfium._FPDFPageObj_GetType(object) === OBJECT_TEXT && !heard.has(object)) silent += 1;
  }
  return silent;
}

/** PDFium marks a hyphen at the end of a line with U+0002 or U+FFFE: the word is joined again. */
function tidy(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(/[\u0002\ufffe]\n?/g, "")
    .replaceAll("\0", "");
}

function hasImage(pdfium: Pdfium, page: number): boolean {
  const count = Math.min(LOOKED_AT, pdfium._FPDFPage_CountObjects(page));
  for (let index = 0; index < count; index++) {
    const object = pdfium._FPDFPage_GetObject(page, index);
    if (object === 0) continue;
    const type = pdfium._FPDFPageObj_GetType(object);
    if (type === OBJECT_IMAGE || (type === OBJECT_FORM && holdsImage(pdfium, object))) return true;
  }
  return false;
}

function holdsImage(pdfium: Pdfium, form: number): boolean {
  const count = Math.min(LOOKED_AT, pdfium._FPDFFormObj_CountObjects(form));
  for (let index = 0; index < count; index++) {
    const object = pdfium._FPDFFormObj_GetObject(form, index);
    if (object !== 0 && pdfium._FPDFPageObj_GetType(object) === OBJECT_IMAGE) return true;
  }
  return false;
}
