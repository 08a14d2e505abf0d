/**
 * Recordings of a browser's traffic (HAR 1.2): a line for each request, headers and what was posted as text, each response
 * body as a child that is named by its address and carries the time of the request.
 */
import { Buffer } from "node:buffer";
import { readWhole, type ByteSource } from "../../bytes/byte-source.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import type { ItemTime } from "../../model/item.ts";
import { bytesChild } from "../part-child.ts";
import { isoDate } from "../plausible.ts";
import { extractJson } from "./json-extractor.ts";

export const harExtractor: Extractor = {
  id: "har",
  family: "extractor",
  name: "Browser traffic recording (HAR)",
  spec: "HTTP Archive 1.2",
  level: "complete",
  types: ["har"],
  extract: (source, context) => extractHar(source, context),
};

type Json = Readonly<Record<string, unknown>>;

async function* extractHar(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  const bytes = readWhole(source, context.wholeLimitBytes);
  const log = bytes ? parseLog(bytes) : null;
  if (!log) {
    // What is cut or too large is read as any JSON: nothing of its text is lost, but its bodies are no items.
    if (bytes) yield { what: "finding", finding: finding("document/damaged", { format: "HAR", problem: "syntax" }) };
    else yield { what: "finding", finding: finding("document/too-large", { limit: context.wholeLimitBytes }) };
    yield { what: "status", status: "partial", reason: bytes ? "damaged" : "budget" };
    yield* extractJson(source, context);
    return;
  }
  const creator = objectOf(log["creator"]);
  const software = [textOf(creator["name"]), textOf(creator["version"])].filter((part) => part !== "").join(" ");
  if (software !== "") yield { what: "field", name: "software", value: software, source: "har" };
  yield* readPages(log);
  for (const [index, entry] of listOf(log["entries"]).entries()) yield* readEntry(objectOf(entry), index);
}

function parseLog(bytes: Uint8Array): Json | null {
  try {
    const root: unknown = JSON.parse(new TextDecoder("utf-8").decode(bytes));
    const log = objectOf(root)["log"];
    return typeof log === "object" && log !== null ? (log as Json) : null;
  } catch {
    // The parser's message quotes evidence; that it is no JSON is all there is to say.
    return null;
  }
}

function* readPages(log: Json): Generator<Extraction> {
  const lines: string[] = [];
  for (const page of listOf(log["pages"]).map(objectOf)) {
    lines.push([textOf(page["startedDateTime"]), textOf(page["title"]), textOf(page["comment"])].join(" ").trim());
  }
  const text = lines.filter((line) => line !== "").join("\n");
  if (text !== "") yield { what: "text", text: `${text}\n`, label: "pages" };
  const [first] = listOf(log["entries"]).map(objectOf);
  const url = textOf(objectOf(first?.["request"])["url"]);
  const captured = isoDate(textOf(first?.["startedDateTime"]));
  if (url !== "") yield { what: "field", name: "url", value: url, source: "har" };
  if (captured !== null) yield { what: "field", name: "captured", value: captured, source: "har" };
}

function* readEntry(entry: Json, index: number): Generator<Extraction> {
  const request = objectOf(entry["request"]);
  const response = objectOf(entry["response"]);
  const url = textOf(request["url"]);
  const started = textOf(entry["startedDateTime"]);
  const head = [started, textOf(request["method"]), url, textOf(response["status"]), textOf(entry["comment"])];
  const posted = objectOf(request["postData"]);
  const lines = [
    head.filter((part) => part !== "").join(" "),
    ...pairsOf(request["headers"]),
    ...pairsOf(posted["params"]),
    textOf(posted["text"]),
    ...pairsOf(response["headers"]),
  ];
  const text = lines.filter((line) => line !== "").join("\n");
  if (text !== "") yield { what: "text", text: `${text}\n`, label: `request ${index + 1}` };
  const content = objectOf(response["content"]);
  const body = textOf(content["text"]);
  if (body === "") return;
  const isPacked = textOf(content["encoding"]).toLowerCase() === "base64";
  const bytes = Buffer.from(body, isPacked ? "base64" : "utf8");
  yield {
    what: "child",
    child: bytesChild(`entry:${index + 1}`, url || `entry-${index + 1}`, bytes, { times: timesOf(started) }),
  };
}

function timesOf(started: string): ItemTime[] {
  const value = isoDate(started);
  if (value === null) return [];
  const zone = value.endsWith("Z") ? "utc" : /[+-]\d\d:\d\d$/.test(value) ? "offset" : "local-unknown";
  return [{ kind: "b", value, zone, source: "har" }];
}

/** Names and values of headers, cookies, parameters. */
function pairsOf(value: unknown): string[] {
  return listOf(value)
    .map(objectOf)
    .map((pair) => `${textOf(pair["name"])}: ${textOf(pair["value"])}`);
}

function objectOf(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}
