/**
 * Folders of Outlook Express 5 and 6 (DBX): every message of the index, and messages that were deleted and not yet
 * overwritten, put together from the segments that nothing leads to any more. `Folders.dbx` gives the tree of folders.
 * Format as found by Arne Schloh; Microsoft published none. Not supported: Outlook Express 4 (MBX, IDX).
 */
import { Buffer } from "node:buffer";
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { fileTimeText } from "../../compound/file-time.ts";
import { headerDecoder } from "../../mail/decode-text.ts";
import { EvidenceError } from "../../model/errors.ts";
import type { Child, Extraction, Extractor } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import type { ItemTime } from "../../model/item.ts";
import { header, headerBytes, kinds, lostBytes, signature } from "./layouts.ts";
import { type IndexedInfo, lostMessages, readChain, readInfo, type Segment, treeValues } from "./objects.ts";

export const dbxContainer: Extractor = {
  id: "dbx",
  family: "container",
  name: "Outlook Express folders",
  spec: "Arne Schloh, OE dbx file format",
  level: "complete",
  types: ["dbx"],
  extract: extractDbx,
};

/** Of messages. */
const index = { sent: 0x02, message: 0x04, saved: 0x06, received: 0x12 } as const;
/** Indexes of messages and of folders that hold text. */
const messageTexts = [0x05, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x13, 0x14, 0x1a, 0x23];
const folderTexts = [0x02, 0x03, 0x05, 0x0d];

async function* extractDbx(source: ByteSource): AsyncGenerator<Extraction> {
  const bytes = readRange(source, 0, header.size);
  if (bytes.length < header.size) throw new EvidenceError("mail/damaged", { format: "DBX", problem: "header" });
  const { signature: mark, kind, messageCount, root } = header.cursor().over(bytes);
  if (mark !== signature) throw new EvidenceError("mail/damaged", { format: "DBX", problem: "signature" });
  const walk = new Walk(source);
  yield* kind === kinds.folders ? walk.folders(root) : walk.messages(root);
  if (kind === kinds.messages) yield* walk.lost();
  if (walk.found !== messageCount && kind === kinds.messages) {
    yield { what: "finding", finding: finding("mail/index-differs", { declared: messageCount, found: walk.found }) };
  }
  if (walk.bad === 0) return;
  yield { what: "finding", finding: finding("mail/damaged", { format: "DBX", problem: `objects ${walk.bad}` }) };
  yield { what: "status", status: "partial", reason: "damaged" };
}

class Walk {
  found = 0;
  /** Objects that are not where they should be. */
  bad = 0;
  readonly #source: ByteSource;
  readonly #used = new Set<number>();

  constructor(source: ByteSource) {
    this.#source = source;
  }

  async *messages(root: number): AsyncGenerator<Extraction> {
    for (const at of this.#values(root)) {
      const info = readInfo(this.#source, at);
      if (!info) {
        this.bad += 1;
        continue;
      }
      this.found += 1;
      yield* textsOf(info, messageTexts, `message ${at}`);
      yield { what: "child", child: this.#message(info) };
    }
  }

  async *folders(root: number): AsyncGenerator<Extraction> {
    for (const at of this.#values(root)) {
      const info = readInfo(this.#source, at);
      if (!info) {
        this.bad += 1;
        continue;
      }
      this.found += 1;
      for await (const found of textsOf(info, folderTexts, `folder ${at}`)) yield found;
      const name = await decoded(info, 0x02);
      if (name !== null) yield { what: "field", name: "folder", value: name, source: `folder ${at}` };
    }
  }

  /** Each object once: a damaged tree may name one many times. */
  *#values(root: number): Generator<number> {
    const seen = new Set<number>();
    for (const at of treeValues(this.#source, root, () => (this.bad += 1))) {
      if (seen.has(at)) this.bad += 1;
      else yield at;
      seen.add(at);
    }
  }

  #message(info: IndexedInfo): Child {
    const first = info.number(index.message);
    const common = childCommon(`${info.at}`, `message-${this.found}.eml`, timesOf(info));
    // News and IMAP messages whose body was never fetched have an entry and no text.
    if (first === null || first === 0)
      return { ...common, size: null, packedSize: null, content: { missing: "absent" } };
    const { segments, starts, isBroken } = readChain(this.#source, first);
    for (const start of starts) this.#used.add(start);
    const found = isBroken ? [finding("mail/damaged", { format: "DBX", problem: "chain" })] : [];
    const size = segments.reduce((sum, { length }) => sum + length, 0);
    const source = this.#source;
    const open = async function* (): AsyncGenerator<Uint8Array> {
      yield* bytesOf(source, segments);
      if (isBroken) throw new EvidenceError("mail/damaged", { format: "DBX", problem: "chain" });
    };
    return { ...common, size: isBroken ? null : size, packedSize: size, findings: found, content: { open } };
  }

  *lost(): Generator<Extraction> {
    const from = Math.min(headerBytes, this.#source.size);
    for (const { first, pieces } of lostMessages(this.#source, from, this.#used)) {
      const source = this.#source;
      const packedSize = pieces.reduce((sum, { length }) => sum + length, 0);
      const open = async function* (): AsyncGenerator<Uint8Array> {
        for (const [index, { at, length, lost }] of pieces.entries()) {
          if (lost > 0) yield Buffer.alloc(lostBytes, "?");
          const bytes = readRange(source, at, length);
          // How long a deleted segment was is lost: zeros that fill the last one are no text.
          yield index === pieces.length - 1 && lost > 0 ? withoutFilling(bytes) : bytes;
        }
      };
      const child: Child = {
        ...childCommon(`lost:${first}`, `recovered-${first}.eml`, []),
        origin: "carved",
        size: null,
        packedSize,
        findings: [finding("mail/recovered", { pieces: pieces.length }, { offset: first, length: null })],
        content: { open },
      };
      yield { what: "child", child };
    }
  }
}

function childCommon(
  key: string,
  name: string,
  times: readonly ItemTime[],
): Omit<Child, "size" | "packedSize" | "content"> {
  return { key, name: { text: name, bytes: null }, kind: "file", origin: "entry", times, findings: [] };
}

function* bytesOf(source: ByteSource, segments: readonly Segment[]): Generator<Uint8Array> {
  for (const { at, length } of segments) if (length > 0) yield readRange(source, at, length);
}

function withoutFilling(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return bytes.subarray(0, end);
}

/** Saved in this folder, and received. */
function timesOf(info: IndexedInfo): ItemTime[] {
  const times: ItemTime[] = [];
  const [saved, received] = [fileTimeText(info.fileTime(index.saved)), fileTimeText(info.fileTime(index.received))];
  if (received !== null) times.push({ kind: "b", value: received, zone: "utc", source: "dbx-received" });
  if (saved !== null) times.push({ kind: "m", value: saved, zone: "utc", source: "dbx-saved" });
  return times;
}

/** What the index says in words: of messages that have no text it is all there is. */
async function* textsOf(info: IndexedInfo, indexes: readonly number[], label: string): AsyncGenerator<Extraction> {
  const lines: string[] = [];
  for (const number of indexes) {
    const text = await decoded(info, number);
    if (text !== null && !lines.includes(text)) lines.push(text);
  }
  if (lines.length > 0) yield { what: "text", text: `${lines.join("\n")}\n`, label };
}

async function decoded(info: IndexedInfo, number: number): Promise<string | null> {
  const raw = info.text(number);
  return raw === null ? null : (await headerDecoder([raw])).words(raw);
}
