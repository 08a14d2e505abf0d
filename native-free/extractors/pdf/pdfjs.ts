/**
 * pdf.js for what PDFium does not tell: metadata, outline, annotations, form values, scripts, attachments; and text where
 * PDFium cannot open a document at all. No code of the document is run, nothing is loaded from anywhere.
 */
import type * as Pdfjs from "pdfjs-dist/legacy/build/pdf.mjs";
import type { Extraction } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { infoFields, xmpFields } from "./pdf-fields.ts";

type PdfjsModule = typeof Pdfjs;
type LoadingTask = ReturnType<PdfjsModule["getDocument"]>;
export type PdfjsDocument = Awaited<LoadingTask["promise"]>;

/** Releases up to 5 compile fonts and functions to code unless told not to; later ones never do and lack the option. */
const NO_CODE: object = { isEvalSupported: false };

/** Loading it takes a quarter of a second, so it waits for the first PDF. */
let loaded: Promise<PdfjsModule> | null = null;

/** While it loads it looks for an addon to draw with and complains on the console; nothing is drawn here. */
async function load(): Promise<PdfjsModule> {
  const output = globalThis.console;
  const { warn } = output;
  output.warn = () => undefined;
  try {
    return await import("pdfjs-dist/legacy/build/pdf.mjs");
  } finally {
    output.warn = warn;
  }
}

/** One document, opened when it is first asked for. `close` has to be called whatever happens. */
export class PdfjsSession {
  readonly #bytes: Uint8Array;
  /** Null: the empty one. Set before the document is first asked for. */
  password: string | null = null;
  #task: LoadingTask | null = null;

  /** The bytes are copied when the document is opened. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Throws what pdf.js throws, each time it is asked. */
  async document(): Promise<PdfjsDocument> {
    loaded ??= load();
    const { getDocument } = await loaded;
    this.#task ??= getDocument({
      data: new Uint8Array(this.#bytes),
      ...(this.password === null ? {} : { password: this.password }),
      ...NO_CODE,
      cMapUrl: packageFolder("cmaps/"),
      cMapPacked: true,
      disableFontFace: true,
      useSystemFonts: false,
      useWorkerFetch: false,
      useWasm: false,
      enableXfa: false,
      isOffscreenCanvasSupported: false,
      isImageDecoderSupported: false,
      stopAtErrors: false,
      verbosity: 0,
    });
    return this.#task.promise;
  }

  async close(): Promise<void> {
    await this.#task?.destroy();
    this.#task = null;
  }
}

/** A folder of the package as the path that its own file reader takes: it holds the character maps of East Asian fonts. */
function packageFolder(name: string): string {
  const url = new URL(name, import.meta.resolve("pdfjs-dist/package.json"));
  return decodeURIComponent(url.pathname).replace(/^\/([A-Za-z]:)/, "$1");
}

/** Why pdf.js refused a document: `encrypted` where it wants a password. */
export function refusalOf(error: unknown): "encrypted" | "damaged" {
  return (error as { name?: unknown } | null)?.name === "PasswordException" ? "encrypted" : "damaged";
}

export async function* readMetadata(document: PdfjsDocument): AsyncGenerator<Extraction> {
  const { info, metadata } = await document.getMetadata();
  yield* infoFields(info as Record<string, unknown>);
  if (metadata) yield* xmpFields(metadata as unknown as Iterable<readonly [string, unknown]>);
}

interface OutlineNode {
  readonly title?: unknown;
  readonly url?: unknown;
  readonly items?: readonly OutlineNode[];
}

/** Titles in reading order; a list of what is left takes the place of recursion. */
export async function* readOutline(document: PdfjsDocument): AsyncGenerator<Extraction> {
  const roots: readonly OutlineNode[] = (await document.getOutline()) ?? [];
  const left = roots.toReversed();
  const lines: string[] = [];
  for (let node = left.pop(); node; node = left.pop()) {
    if (typeof node.title === "string" && node.title.trim() !== "") lines.push(node.title);
    if (typeof node.url === "string") lines.push(node.url);
    left.push(...(node.items ?? []).toReversed());
  }
  if (lines.length > 0) yield { what: "text", text: `${lines.join("\n")}\n`, label: "outline" };
}

/** Scripts of the document: named, never run. */
export async function* readScripts(document: PdfjsDocument): AsyncGenerator<Extraction> {
  const actions: unknown = await document.getJSActions();
  const scripts = actions instanceof Map ? [...actions.values()].flat() : [];
  const text = scripts.filter((script) => typeof script === "string").join("\n");
  if (text === "") return;
  yield { what: "finding", finding: finding("pdf/script") };
  yield { what: "text", text, label: "script" };
}

/** Text of one page (from 1) as pdf.js reads it. */
export async function readPageText(document: PdfjsDocument, number: number): Promise<string> {
  const page = await document.getPage(number);
  const { items } = await page.getTextContent();
  page.cleanup();
  let text = "";
  for (const item of items) if ("str" in item) text += item.str + (item.hasEOL ? "\n" : "");
  return text.replaceAll("\0", "");
}
