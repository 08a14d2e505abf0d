/**
 * Pages of a PDF without text, drawn for text recognition with PDFium (WebAssembly) at 300 dots per inch in shades of grey. One
 * instance serves one document. The password that opens a document is tried from a list, after none.
 */
import { EvidenceError } from "../model/errors.ts";
import type { GreyPicture } from "./grey.ts";

interface Pdfium {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(at: number): void;
  _FPDF_InitLibrary(): void;
  _FPDF_LoadMemDocument(at: number, bytes: number, password: number): number;
  _FPDF_CloseDocument(document: number): void;
  _FPDF_GetPageCount(document: number): number;
  _FPDF_LoadPage(document: number, index: number): number;
  _FPDF_ClosePage(page: number): void;
  _FPDF_GetPageWidthF(page: number): number;
  _FPDF_GetPageHeightF(page: number): number;
  _FPDFText_LoadPage(page: number): number;
  _FPDFText_ClosePage(text: number): void;
  _FPDFText_CountChars(text: number): number;
  _FPDFText_GetUnicode(text: number, index: number): number;
  _FPDFBitmap_CreateEx(width: number, height: number, format: number, memory: number, stride: number): number;
  _FPDFBitmap_FillRect(bitmap: number, x: number, y: number, width: number, height: number, colour: number): void;
  _FPDFBitmap_Destroy(bitmap: number): void;
  _FPDF_RenderPageBitmap(
    ...args: [
      bitmap: number,
      page: number,
      x: number,
      y: number,
      width: number,
      height: number,
      turn: number,
      flags: number,
    ]
  ): void;
}

/** FPDFBitmap_Gray, FPDF_ANNOT | FPDF_GRAYSCALE (fpdfview.h). */
const GREY = 1;
const FLAGS = 0x01 | 0x08;
const POINTS_PER_INCH = 72;
const DOTS_PER_INCH = 300;
const WHITE = 0xffffffff;

export class PdfPages {
  readonly #pdfium: Pdfium;
  readonly #document: number;
  readonly pageCount: number;

  private constructor(pdfium: Pdfium, document: number) {
    this.#pdfium = pdfium;
    this.#document = document;
    this.pageCount = pdfium._FPDF_GetPageCount(document);
  }

  /** Throws EvidenceError `picture/undecodable`. */
  static async open(bytes: Uint8Array, passwords: readonly string[]): Promise<PdfPages> {
    const silent = (): undefined => undefined;
    const { PDFiumModule } = await import("@hyzyla/pdfium");
    const make = PDFiumModule as unknown as (options: object) => Promise<Pdfium>;
    const pdfium = await make({ print: silent, printErr: silent });
    return guard(() => {
      pdfium._FPDF_InitLibrary();
      const memory = copied(pdfium, bytes);
      for (const password of [null, ...passwords]) {
        const secret = password === null ? 0 : copied(pdfium, new TextEncoder().encode(`${password}\0`));
        const document = pdfium._FPDF_LoadMemDocument(memory, bytes.length, secret);
        if (document !== 0) return new PdfPages(pdfium, document);
      }
      throw new EvidenceError("picture/undecodable", { problem: "closed" });
    });
  }

  /** The page (from 0) in at most `limitPixels`; null where it has text of its own or cannot be loaded. */
  textlessPage(index: number, limitPixels: number): GreyPicture | null {
    const pdfium = this.#pdfium;
    return guard(() => {
      const page = pdfium._FPDF_LoadPage(this.#document, index);
      if (page === 0) return null;
      const picture = hasText(pdfium, page) ? null : drawn(pdfium, page, limitPixels);
      pdfium._FPDF_ClosePage(page);
      return picture;
    });
  }
}

function hasText(pdfium: Pdfium, page: number): boolean {
  const text = pdfium._FPDFText_LoadPage(page);
  if (text === 0) return false;
  const count = pdfium._FPDFText_CountChars(text);
  let found = false;
  for (let at = 0; at < count && !found; at++) found = pdfium._FPDFText_GetUnicode(text, at) > 0x20;
  pdfium._FPDFText_ClosePage(text);
  return found;
}

function drawn(pdfium: Pdfium, page: number, limitPixels: number): GreyPicture | null {
  const [across, down] = [pdfium._FPDF_GetPageWidthF(page), pdfium._FPDF_GetPageHeightF(page)];
  if (!(across > 0 && down > 0)) return null;
  const scale = Math.min(DOTS_PER_INCH / POINTS_PER_INCH, Math.sqrt(limitPixels / (across * down)));
  const width = Math.max(1, Math.floor(across * scale));
  const height = Math.max(1, Math.floor(down * scale));
  const memory = pdfium._malloc(width * height);
  if (memory === 0) throw new RangeError("no memory");
  const bitmap = pdfium._FPDFBitmap_CreateEx(width, height, GREY, memory, width);
  pdfium._FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE);
  pdfium._FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, FLAGS);
  const pixels = pdfium.HEAPU8.slice(memory, memory + width * height);
  pdfium._FPDFBitmap_Destroy(bitmap);
  pdfium._free(memory);
  return { width, height, pixels };
}

function copied(pdfium: Pdfium, bytes: Uint8Array): number {
  const memory = pdfium._malloc(Math.max(1, bytes.length));
  if (memory === 0) throw new RangeError("no memory");
  pdfium.HEAPU8.set(bytes, memory);
  return memory;
}

function guard<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    if ((error as { kind?: unknown } | null)?.kind === "evidence") throw error;
    throw new EvidenceError("picture/undecodable", { problem: error instanceof RangeError ? "memory" : "trap" });
  }
}
