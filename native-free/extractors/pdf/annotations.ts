/** Annotations, form values and attached files of a PDF (ISO 32000-2, 12.5, 12.7, 7.11.4) as pdf.js gives them. */
import type { Child, Extraction } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { isoDate } from "./pdf-fields.ts";
import type { PdfjsDocument } from "./pdfjs.ts";

interface Annotation {
  readonly subtype?: string;
  readonly contentsObj?: { readonly str?: string };
  readonly titleObj?: { readonly str?: string };
  readonly url?: string;
  readonly unsafeUrl?: string;
  readonly fieldName?: string;
  readonly fieldValue?: unknown;
  readonly alternativeText?: string;
  readonly fileId?: string;
  readonly file?: { readonly filename?: string };
  readonly annotationFlags?: number;
  readonly modificationDate?: string | null;
}

/** Flags of annotations that a viewer does not show (12.5.3): Hidden and NoView. */
const UNSEEN_FLAGS = 0x2 | 0x20;

/** Comments, form values, links and files of one page (from 1). */
export async function* readAnnotations(document: PdfjsDocument, number: number): AsyncGenerator<Extraction> {
  const page = await document.getPage(number);
  const annotations: readonly Annotation[] = await page.getAnnotations();
  const blocks: Record<string, string> = { annotation: "", "form field": "", link: "", "hidden annotation": "" };
  const authors = new Set<string>();
  for (const [index, annotation] of annotations.entries()) {
    const { subtype, contentsObj, titleObj, fieldName, alternativeText, file, fileId } = annotation;
    const url = annotation.url ?? annotation.unsafeUrl;
    if (url !== undefined) blocks["link"] += `${url}\n`;
    if (subtype === "Widget") blocks["form field"] += fieldLine(fieldName, alternativeText, annotation.fieldValue);
    else if (subtype !== "Popup" && contentsObj?.str) {
      const unseen = ((annotation.annotationFlags ?? 0) & UNSEEN_FLAGS) !== 0;
      blocks[unseen ? "hidden annotation" : "annotation"] += remark(titleObj?.str, annotation, contentsObj.str);
      if (titleObj?.str) authors.add(titleObj.str.replaceAll("\0", ""));
    }
    if (file && fileId !== undefined) {
      const content = await document.getAttachmentContent(fileId);
      yield { what: "child", child: attachment(`annotation:${number}:${index}`, file.filename ?? "", content) };
    }
  }
  for (const [kind, text] of Object.entries(blocks)) {
    if (text !== "") yield { what: "text", text: text.replaceAll("\0", ""), label: `${kind} on page ${number}` };
  }
  for (const author of authors) {
    if (author.trim() !== "") yield { what: "field", name: "changeAuthor", value: author, source: "annotation" };
  }
  page.cleanup();
}

function remark(author: string | undefined, { modificationDate }: Annotation, text: string): string {
  const date = modificationDate ? isoDate(modificationDate) : "";
  const head = [author ?? "", date].filter((part) => part !== "").join(", ");
  return `${head === "" ? "" : `[${head}] `}${text}\n`;
}

function fieldLine(name: string | undefined, alternative: string | undefined, value: unknown): string {
  const values = (Array.isArray(value) ? value : [value]).filter((part) => typeof part === "string" && part !== "");
  if (values.length === 0) return "";
  return `${alternative || name || ""}: ${values.join(", ")}\n`;
}

/** Files attached to the document as a whole. */
export async function* readAttachments(document: PdfjsDocument): AsyncGenerator<Extraction> {
  const attachments: unknown = await document.getAttachments();
  if (!(attachments instanceof Map)) return;
  let index = 0;
  for (const [id, file] of attachments as Map<string, { filename?: string; description?: string }>) {
    const content = await document.getAttachmentContent(id);
    yield { what: "child", child: attachment(`attachment:${index}`, file.filename ?? id, content) };
    if (file.description) yield { what: "text", text: `${file.description}\n`, label: "description of attachment" };
    index += 1;
  }
}

function attachment(key: string, name: string, content: unknown): Child {
  const bytes = content instanceof Uint8Array ? content : null;
  return {
    key,
    name: { text: name, bytes: null },
    kind: "file",
    origin: "embedded",
    size: bytes?.length ?? null,
    packedSize: null,
    times: [],
    findings: bytes ? [] : [finding("pdf/attachment-unreadable")],
    content: bytes ? { open: () => once(bytes) } : { missing: "damaged" },
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Values of form fields that no page shows. */
export async function* readUnplacedFields(document: PdfjsDocument): AsyncGenerator<Extraction> {
  const byName: unknown = await document.getFieldObjects();
  const entries = byName instanceof Map ? [...(byName as Map<string, unknown>)] : Object.entries(byName ?? {});
  let text = "";
  for (const [name, objects] of entries) {
    const list: readonly { page?: unknown; value?: unknown }[] = Array.isArray(objects) ? objects : [];
    if (list.some(({ page }) => typeof page === "number" && page >= 0)) continue;
    for (const { value } of list) text += fieldLine(name, undefined, value);
  }
  if (text !== "") yield { what: "text", text: text.replaceAll("\0", ""), label: "form field outside of pages" };
}

/** Layers that are off when the document is opened (8.11.4): their text is among that of the pages. */
export async function* readLayers(document: PdfjsDocument): AsyncGenerator<Extraction> {
  const config: unknown = await document.getOptionalContentConfig();
  const groups = config as Iterable<readonly [string, { name?: unknown; visible?: unknown }]> | null;
  if (groups === null || typeof groups[Symbol.iterator] !== "function") return;
  for (const [, { name, visible }] of groups) {
    if (visible !== false) continue;
    const shown = typeof name === "string" && name.trim() !== "" ? name.replaceAll("\0", "") : "?";
    yield { what: "field", name: "hiddenPart", value: `layer ${shown}`, source: "optional-content" };
  }
}

/** Page labels (12.4.2) where they differ from plain numbers. */
export async function* readPageLabels(document: PdfjsDocument): AsyncGenerator<Extraction> {
  const labels: readonly string[] | null = await document.getPageLabels();
  if (!labels || labels.every((label, index) => label === String(index + 1))) return;
  const lines = labels.map((label, index) => `page ${index + 1} is ${label}`);
  yield { what: "text", text: `${lines.join("\n")}\n`, label: "labels of pages" };
}
