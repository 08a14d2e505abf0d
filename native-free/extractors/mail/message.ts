/**
 * Walks a message (RFC 5322; RFC 2045 to 2049): header fields, bodies as text, every other part as a child whose key is the
 * number of the part. Parts are ranges of the source; only texts are held in memory.
 */
import { Buffer } from "node:buffer";
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { guessBoundary, longestBoundary, splitMultipart, type Stretch } from "../../mail/boundary.ts";
import { readCms } from "../../mail/cms-content.ts";
import { headerExtractions, headerText } from "../../mail/header-extractions.ts";
import { readHeader } from "../../mail/header.ts";
import { decodeTransfer } from "../../mail/transfer.ts";
import { isEvidenceError } from "../../model/errors.ts";
import type { Child, ExtractContext, Extraction } from "../../model/extraction.ts";
import { finding, type FindingParams } from "../../model/findings.ts";
import type { Reason } from "../../model/item.ts";
import { bodyText } from "./body-text.ts";
import { fileName, isBody, isMessage, itemName, locationOf, type Part, partOf, timeOf, timesOf } from "./part.ts";

const depthLimit = 50;
const partLimit = 50_000;

export interface MessageRange {
  readonly start: number;
  readonly end: number;
  /** Every part becomes an item with its address, bodies too (RFC 2557). */
  readonly isWebArchive: boolean;
}

export async function* extractMessage(
  source: ByteSource,
  context: ExtractContext,
  { start, end, isWebArchive }: MessageRange,
): AsyncGenerator<Extraction> {
  const header = readHeader(source, start, end);
  const part = await partOf("", 0, header, end);
  yield* headerExtractions(header, part.decoder);
  yield* new MessageWalk(source, context, isWebArchive).walk(part);
}

class MessageWalk {
  readonly #source: ByteSource;
  readonly #context: ExtractContext;
  readonly #isWebArchive: boolean;
  /** When the whole was sent or saved: the time of capture of a web page. */
  #parts = 0;
  #captured: string | null = null;

  constructor(source: ByteSource, context: ExtractContext, isWebArchive: boolean) {
    this.#source = source;
    this.#context = context;
    this.#isWebArchive = isWebArchive;
  }

  async *walk(part: Part): AsyncGenerator<Extraction> {
    if (part.path === "" && this.#isWebArchive) yield* this.#capture(part);
    if (part.type.value.startsWith("multipart/")) yield* this.#multipart(part);
    else if (isBody(part) && !(this.#isWebArchive && part.path !== "")) yield* this.#body(part);
    else yield* this.#file(part);
  }

  *#capture(part: Part): Generator<Extraction> {
    for (const found of headerExtractions(part.header, part.decoder)) {
      if (found.what !== "field" || found.name !== "sent") continue;
      this.#captured = found.value;
      yield { ...found, name: "captured" };
    }
  }

  async *#multipart(part: Part): AsyncGenerator<Extraction> {
    if (part.depth >= depthLimit) {
      yield* this.#loss("mail/too-many-parts", "budget", { limit: partLimit, depth: depthLimit });
      yield* this.#file(part);
      return;
    }
    yield* this.#protectionOf(part);
    const { start, end } = part;
    const declared = part.type.params.get("boundary")?.slice(0, longestBoundary) ?? "";
    const limit = partLimit - this.#parts;
    const exact = declared === "" ? null : splitMultipart(this.#source, start, end, declared, limit);
    const guessed = exact ? null : guessBoundary(this.#source, start, end);
    const parts = exact ?? (guessed === null ? null : splitMultipart(this.#source, start, end, guessed, limit));
    if (!exact && end > start) yield note("mail/no-boundary", { kind: declared === "" ? "unnamed" : "absent" });
    if (!parts) {
      yield* this.#body({ ...part, type: { ...part.type, value: "text/plain" } });
      return;
    }
    this.#parts += parts.parts.length;
    yield* this.#between(part, parts.preamble, "preamble");
    for (const [index, stretch] of parts.parts.entries()) yield* this.#sub(part, index, stretch);
    if (parts.epilogue) yield* this.#between(part, parts.epilogue, "epilogue");
    if (parts.isCut) yield* this.#loss("mail/too-many-parts", "budget", { limit: partLimit, depth: depthLimit });
    else if (!parts.isClosed) yield* this.#loss("mail/unclosed", "damaged", {});
  }

  async *#sub(parent: Part, index: number, { start, end }: Stretch): AsyncGenerator<Extraction> {
    const path = parent.path === "" ? String(index + 1) : `${parent.path}.${index + 1}`;
    const header = readHeader(this.#source, start, end);
    const part = await partOf(path, parent.depth + 1, header, end);
    // RFC 2046 5.1.5: parts of a digest are messages unless they say otherwise.
    const isDigest =
      parent.type.value === "multipart/digest" && !header.fields.some((field) => field.lowerName === "content-type");
    yield* this.walk(isDigest ? { ...part, type: { ...part.type, value: "message/rfc822" } } : part);
    if (header.fields.some(({ lowerName }) => !lowerName.startsWith("content-"))) {
      yield { what: "text", text: headerText(header, part.decoder), label: `header of part ${path}` };
    }
  }

  /** Text before the first and behind the last part: programs of today do not show it. */
  async *#between(part: Part, { start, end }: Stretch, label: string): AsyncGenerator<Extraction> {
    const bytes = readRange(this.#source, start, Math.min(end - start, 1 << 20));
    if (!bytes.some((byte) => byte > 32)) return;
    yield* bodyText(
      bytes,
      { ...part, type: { value: "text/plain", params: new Map() }, path: `${part.path}${label}` },
      this.#context,
      label,
    );
    if (end - start > bytes.length) yield* this.#loss("mail/text-limit", "budget", { limit: bytes.length });
  }

  async *#body(part: Part): AsyncGenerator<Extraction> {
    if (part.type.value === "message/external-body")
      yield* this.#loss("mail/elsewhere", "absent", { kind: "external-body" });
    if (part.type.value === "message/partial") {
      const [number, total] = [count(part, "number"), count(part, "total")];
      yield note("mail/partial-message", { number, total });
    }
    const limit = Math.min(this.#context.wholeLimitBytes, 4 * this.#context.textLimitChars);
    const { bytes, isCut, error } = this.#decoded(part, limit);
    const label = part.type.value.startsWith("message/") ? part.type.value : null;
    yield* bodyText(bytes, part, this.#context, label);
    if (part.encoding === null) yield note("mail/transfer-unknown", {});
    if (error) yield* this.#loss(error.code, "damaged", error.params);
    if (isCut) yield* this.#loss("mail/text-limit", "budget", { limit });
  }

  #decoded(
    part: Part,
    limit: number,
  ): { bytes: Uint8Array; isCut: boolean; error: { code: string; params: FindingParams } | null } {
    const pieces: Uint8Array[] = [];
    let size = 0;
    try {
      for (const piece of decodeTransfer(this.#source, part.start, part.end, part.encoding ?? "identity")) {
        pieces.push(piece.slice());
        size += piece.length;
        if (size > limit) return { bytes: Buffer.concat(pieces).subarray(0, limit), isCut: true, error: null };
      }
    } catch (error) {
      if (!isEvidenceError(error)) throw error;
      return { bytes: Buffer.concat(pieces), isCut: false, error };
    }
    return { bytes: pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces), isCut: false, error: null };
  }

  async *#file(part: Part): AsyncGenerator<Extraction> {
    const name = fileName(part);
    if (name !== null) yield { what: "field", name: "attachment", value: name, source: `part ${part.path || "1"}` };
    const url = this.#isWebArchive ? locationOf(part) : null;
    if (url !== null && part.path !== "") yield { what: "field", name: "url", value: url, source: `part ${part.path}` };
    yield { what: "child", child: this.#childOf(part) };
    if (part.encoding === null) yield note("mail/transfer-unknown", {});
    if (/^application\/(x-)?pkcs7-mime$/.test(part.type.value)) yield* this.#cms(part);
    if (/^x-apple-/i.test(part.type.value) || this.#isElsewhere(part)) {
      yield* this.#loss("mail/elsewhere", "absent", { kind: "attachment" });
    }
  }

  /** Apple Mail takes attachments out of a message that it stores as `.partial.emlx` and leaves their size behind. */
  #isElsewhere(part: Part): boolean {
    return (
      part.header.fields.some(({ lowerName }) => lowerName === "x-apple-content-length") && part.end - part.start <= 4
    );
  }

  #childOf(part: Part): Child {
    const { start, end, encoding } = part;
    const source = this.#source;
    const captured = this.#captured === null ? [] : [timeOf("b", this.#captured, "mhtml")];
    return {
      key: part.path || "1",
      name: itemName(part, this.#isWebArchive),
      kind: "file",
      origin: fileName(part) === null || isMessage(part) ? "embedded" : "entry",
      size: null,
      packedSize: end - start,
      times: [...timesOf(part), ...captured],
      findings: [],
      content: {
        open: async function* () {
          yield* decodeTransfer(source, start, end, encoding ?? "identity");
        },
      },
    };
  }

  /** RFC 8551: what is signed lies inside of the structure and becomes an item; what is enveloped needs a key. */
  async *#cms(part: Part): AsyncGenerator<Extraction> {
    const { bytes, isCut } = this.#decoded(part, this.#context.wholeLimitBytes);
    const cms = isCut ? null : readCms(bytes);
    const isEnveloped = cms
      ? cms.kind === "enveloped"
      : /enveloped/i.test(part.type.params.get("smime-type") ?? "enveloped");
    if (isEnveloped) yield* this.#loss("mail/encrypted", "encrypted", { method: "smime" });
    if (cms?.kind !== "signed") return;
    yield note("mail/signed", { method: "smime" });
    const { content } = cms;
    if (content === null) return;
    const key = `${part.path || "1"}.content`;
    const open = async function* (): AsyncGenerator<Uint8Array> {
      yield content;
    };
    const child: Child = {
      ...this.#childOf(part),
      key,
      name: { text: `part-${key}.eml`, bytes: null },
      origin: "embedded",
      size: content.length,
      packedSize: content.length,
      content: { open },
    };
    yield { what: "child", child };
  }

  *#protectionOf({ type }: Part): Generator<Extraction> {
    const protocol = type.params.get("protocol")?.toLowerCase() ?? "";
    const method = protocol.includes("pgp") ? "pgp" : "smime";
    if (type.value === "multipart/signed") yield note("mail/signed", { method });
    if (type.value === "multipart/encrypted") yield* this.#loss("mail/encrypted", "encrypted", { method });
  }

  *#loss(code: string, reason: Reason, params: FindingParams): Generator<Extraction> {
    yield note(code, params);
    yield { what: "status", status: "partial", reason };
  }
}

function note(code: string, params: FindingParams): Extraction {
  return { what: "finding", finding: finding(code, params) };
}

function count(part: Part, name: string): number {
  const value = Number(part.type.params.get(name) ?? 0);
  return Number.isSafeInteger(value) && value >= 0 ? value : 0;
}
