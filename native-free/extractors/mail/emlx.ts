/**
 * Apple Mail's `.emlx`: a line with the number of bytes, the message, then a property list with flags and times. Format as
 * described by Jamie Zawinski (emlx.pl notes) and the Library of Congress; Apple publishes none.
 */
import { Buffer } from "node:buffer";
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import type { ExtractContext, Extraction } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { extractMessage } from "./message.ts";

const plistLimit = 1 << 20;
const deletedFlag = 1 << 1;

export async function* extractEmlx(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  const head = Buffer.from(readRange(source, 0, 64)).toString("latin1");
  const count = /^\s*(\d{1,15})[ \t]*\r?\n/.exec(head);
  if (!count) throw new EvidenceError("mail/damaged", { format: "EMLX", problem: "no-length" });
  const start = count[0].length;
  const declared = start + Number(count[1]);
  const end = Math.min(source.size, declared);
  if (declared > source.size) {
    yield { what: "finding", finding: finding("mail/damaged", { format: "EMLX", problem: "cut" }) };
    yield { what: "status", status: "partial", reason: "damaged" };
  }
  yield* extractMessage(source, context, { start, end, isWebArchive: false });
  yield* propertyList(Buffer.from(readRange(source, end, plistLimit)).toString("utf8"));
}

/** XML alone occurs; keys and values in turn (Apple PropertyList 1.0). */
function* propertyList(text: string): Generator<Extraction> {
  if (!text.includes("<plist")) return;
  const values = new Map<string, string>();
  for (const match of text.matchAll(/<key>([^<]{1,200})<\/key>\s*<(string|integer|real|date)>([^<]*)<\//g)) {
    values.set(match[1]!, decodeEntities(match[3]!));
  }
  const flags = Number(values.get("flags") ?? 0);
  // Low bits: read, deleted, answered, encrypted, flagged …
  if (Number.isSafeInteger(flags) && (flags & deletedFlag) !== 0) {
    yield { what: "finding", finding: finding("mail/deleted", { source: "emlx-flags" }) };
  }
  const received = Number(values.get("date-received") ?? Number.NaN);
  if (received > 0 && received < 4_102_444_800) {
    const value = new Date(received * 1000).toISOString().replace(".000Z", "Z");
    yield { what: "field", name: "received", value, source: "emlx date-received" };
  }
  const lines = [...values].map(([key, value]) => `${key}: ${value}\n`).join("");
  if (lines !== "") yield { what: "text", text: lines, label: "mail program" };
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const decodeEntities = (text: string): string =>
  text.replaceAll(/&(amp|lt|gt|quot|apos);/g, (_all, name: string) => entities[name]!);
