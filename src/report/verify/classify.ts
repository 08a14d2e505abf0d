/** Which kind of file of a case the officer has given: by what is in it, by its name where the content is damaged. */
import { parseStrictJson } from "../../../native-free/model/canonical-json.ts";
import { fromUtf8 } from "./octets.ts";
import type { PageFile } from "./page-file.ts";
import { isLoose, type Loose } from "./signed-document.ts";

export type Classified =
  | { readonly kind: "journal" | "leaves" | "list" | "items" | "other" }
  | { readonly kind: "case" | "manifest" | "report" | "checkpoint" | "proof"; readonly document: Loose }
  /** Named like a document of a case, but not well-formed JSON. */
  | { readonly kind: "broken" };

/** Larger files are never parsed as one document; a report or manifest is far below it. */
const documentLimitBytes = 128 * 1024 * 1024;
const headBytes = 64 * 1024;

/** Reads as little of the file as it can. Rejects where the file cannot be read. */
export async function classify(file: PageFile): Promise<Classified> {
  const head = await file.read(0, Math.min(file.size, headBytes));
  const text = new TextDecoder().decode(head);
  if (/^\{"body":\{"act":"/.test(text) || /(^|[/\\])journal[^/\\]*\.jsonl$/.test(file.name)) return { kind: "journal" };
  if (/\.leaves$/.test(file.name) && file.size % 32 === 0) return { kind: "leaves" };
  const firstLine = text.slice(0, Math.max(0, text.indexOf("\n")));
  const first = firstLine === "" ? null : parsed(firstLine);
  // An entry of an exhibit's list and one of a report's have fields in common; only the report's states its schema.
  const isItems = isLoose(first) && /^vestige\.report-item\/\d+$/.test(String(first["schema"]));
  if (isItems || /-items[^/\\]*\.jsonl$/.test(file.name)) return { kind: "items" };
  if (isLoose(first) && "path" in first && "sha256" in first) return { kind: "list" };
  if (/(^|[/\\])files[^/\\]*\.jsonl$/.test(file.name)) return { kind: "list" };
  if (!/^\s*\{/.test(text) || file.size > documentLimitBytes)
    return { kind: looksLikeDocument(file.name) ? "broken" : "other" };
  const whole = fromUtf8(await file.read(0, file.size));
  const document = whole === null ? null : parsed(whole);
  if (!isLoose(document)) return { kind: looksLikeDocument(file.name) ? "broken" : "other" };
  const kind = kindOf(document);
  return kind ? { kind, document } : { kind: "other" };
}

function kindOf(document: Loose): "case" | "manifest" | "report" | "checkpoint" | "proof" | null {
  if (document["schema"] === "vestige.proof/1") return "proof";
  if ("contentHash" in document) return "report";
  if ("manifest" in document) return "manifest";
  if (isLoose(document["body"]) && "headHash" in document["body"]) return "checkpoint";
  return "officers" in document && "number" in document ? "case" : null;
}

function looksLikeDocument(name: string): boolean {
  return /(^|[/\\])(?:acquisition|case|\d{10}|proof-[^/\\]*|[^/\\]*-(?:custody|acquisition|seals|copies)-\d+)\.json$/.test(
    name,
  );
}

/** Null for what is not well-formed, duplicate keys included. */
function parsed(text: string): unknown {
  try {
    return parseStrictJson(text);
  } catch {
    return null;
  }
}
