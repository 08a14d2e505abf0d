/** Text of a body part: its characters by its own label, files inside of it apart, HTML without its tags. */
import { Buffer } from "node:buffer";
import { MemorySource } from "../../bytes/byte-source.ts";
import { decodeBody } from "../../mail/decode-text.ts";
import { joinFlowed } from "../../mail/flowed-text.ts";
import { htmlText } from "../../mail/html-text.ts";
import { findInlineBlocks, type InlineBlock } from "../../mail/inline-blocks.ts";
import { decodeTransfer } from "../../mail/transfer.ts";
import type { Child, ExtractContext, Extraction } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";

import type { Part } from "./part.ts";

/** Yields the text under `label`, with HTML under labels of its own; files inside become children. */
export async function* bodyText(
  bytes: Uint8Array,
  part: Part,
  context: ExtractContext,
  label: string | null,
): AsyncGenerator<Extraction> {
  if (bytes.length === 0) return;
  const declared = part.type.params.get("charset") ?? null;
  if (/html/.test(part.type.value)) {
    yield* htmlText(await decodeBody(bytes, declared), context);
    return;
  }
  const blocks = findInlineBlocks(bytes);
  const rest = blocks.length === 0 ? bytes : without(bytes, blocks);
  const { text, charset, invalid } = await decodeBody(rest, declared);
  yield { what: "charset", charset };
  const isFlowed = part.type.params.get("format")?.toLowerCase() === "flowed";
  const shown = isFlowed ? joinFlowed(text, part.type.params.get("delsp")?.toLowerCase() === "yes") : text;
  if (shown.trim() !== "") yield { what: "text", text: shown.endsWith("\n") ? shown : `${shown}\n`, label };
  if (invalid > 0) yield { what: "finding", finding: finding("text/invalid-bytes", { count: invalid, charset }) };
  yield* protection(shown);
  for (const block of blocks) yield* inlineFile(bytes, block, part);
}

function without(bytes: Uint8Array, blocks: readonly InlineBlock[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const { start, end } of blocks) {
    pieces.push(bytes.subarray(at, start));
    at = end;
  }
  pieces.push(bytes.subarray(at));
  return Buffer.concat(pieces);
}

/** PGP in the text itself (RFC 9580 6.2). */
function* protection(text: string): Generator<Extraction> {
  if (/^-----BEGIN PGP MESSAGE-----/m.test(text)) {
    yield { what: "finding", finding: finding("mail/encrypted", { method: "pgp-inline" }) };
    yield { what: "status", status: "partial", reason: "encrypted" };
  }
  if (/^-----BEGIN PGP SIGNED MESSAGE-----/m.test(text)) {
    yield { what: "finding", finding: finding("mail/signed", { method: "pgp-inline" }) };
  }
}

function* inlineFile(bytes: Uint8Array, block: InlineBlock, part: Part): Generator<Extraction> {
  const { encoding, start, end, isWhole } = block;
  const name = part.decoder.plain(block.name);
  const source = new MemorySource(bytes.subarray(start, end));
  const found = isWhole ? [] : [finding("mail/inline-cut", { encoding })];
  const child: Child = {
    key: `${part.path || "1"}+${start}`,
    name: { text: name, bytes: null },
    kind: "file",
    origin: "embedded",
    size: null,
    packedSize: end - start,
    times: [],
    findings: found,
    content: {
      open: async function* () {
        yield* decodeTransfer(source, 0, source.size, encoding);
      },
    },
  };
  yield { what: "field", name: "attachment", value: name, source: encoding };
  yield { what: "child", child };
  if (!isWhole) yield { what: "status", status: "partial", reason: "damaged" };
}
