/**
 * Presentations of PowerPoint 97 to 2003 (MS-PPT): text of slides in their order, hidden ones named as such, notes, comments
 * with authors, masters, links, slides of earlier edits that are still in the file, macros, pictures, sounds, embedded objects.
 * Encrypted ones are opened with the passwords of the case, but for their pictures. Not read: layout, animation,
 * presentations before PowerPoint 97.
 */
import { Buffer } from "node:buffer";
import { inflateSync } from "node:zlib";
import { type ByteSource, MemorySource, readRange, readWhole } from "../../bytes/byte-source.ts";
import { childOf } from "../../compound/child-of.ts";
import { openCompound } from "../../compound/compound.ts";
import { firstStream } from "../../compound/first-stream.ts";
import { summaryExtractions } from "../../compound/summary-fields.ts";
import { unreadStreams } from "../../compound/unread-streams.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { blipChildren } from "../../office-art/blips.ts";
import { DocumentRun } from "../document-run.ts";
import { decryptObjects, openPresentation } from "./decrypt.ts";
import { readPersist } from "./persist.ts";
import { type PptRecord, recordAt, recordsBelow, recordsIn, rt } from "./records.ts";
import { Slides } from "./slides.ts";

export const pptExtractor: Extractor = {
  id: "ppt",
  family: "extractor",
  name: "PowerPoint 97 to 2003 presentation",
  spec: "MS-PPT",
  level: "partial",
  types: ["ppt"],
  extract: (source, context) => extractPpt(source, context),
};

const readPaths = /^((PP97_DUALSTORAGE\/)?(PowerPoint Document|Current User|Pictures)|EncryptedSummary)$/i;

async function* extractPpt(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  const compound = openCompound(source);
  const run = new DocumentRun(context);
  yield* summaryExtractions(compound);
  const entry = compound.find("PowerPoint Document") ?? compound.find("PP97_DUALSTORAGE/PowerPoint Document");
  if (!entry) {
    run.finding("document/no-main-part");
    run.status("partial", "damaged");
  }
  const whole = readWhole(entry ? compound.open(entry) : firstStream(source, compound), context.wholeLimitBytes);
  const user = compound.find("Current User");
  if (!whole) {
    run.finding("office/too-large", { limit: context.wholeLimitBytes });
    run.status("partial", "budget");
  } else {
    yield* readStream(whole, user ? readRange(compound.open(user), 0, 4096) : new Uint8Array(0), context, run);
    const pictures = compound.find("Pictures");
    if (pictures) yield* blipChildren(compound.open(pictures), "pictures");
  }
  yield* run.drain();
  yield* unreadStreams(compound, readPaths, new Set());
  const notes = compound.takeFindings();
  for (const note of notes) yield { what: "finding", finding: note };
  if (notes.length > 0) yield { what: "status", status: "partial", reason: "damaged" };
}

function* readStream(
  stored: Uint8Array,
  user: Uint8Array,
  context: ExtractContext,
  run: DocumentRun,
): Generator<Extraction> {
  const persist = readPersist(stored, lastEdit(stored, user, run));
  let bytes = stored;
  if (persist !== null && persist.sessionId !== null) {
    const attempt = openPresentation(stored, persist, context.passwords);
    if (attempt) run.push(...attempt.notes);
    else {
      run.finding("office/unknown-encryption");
      run.status("failed", "encrypted");
    }
    if (!attempt?.key) return yield* run.drain();
    bytes = decryptObjects(stored, persist, attempt.key);
  }
  yield* new Slides(bytes, persist, run).give();
  yield* readObjects(bytes);
}

/** Where the last edit stands: the other stream says so, else the last record of that kind is taken (MS-PPT 2.3.2). */
function lastEdit(bytes: Uint8Array, user: Uint8Array, run: DocumentRun): number {
  const view = new DataView(user.buffer, user.byteOffset, user.length);
  const atom = recordAt(user, 0);
  if (atom?.type === rt.currentUser && user.length >= 28) {
    const length = view.getUint16(20, true);
    const name = Buffer.from(user.subarray(28, Math.min(user.length, 28 + length))).toString("latin1");
    const wide = Buffer.from(user.subarray(28 + length + 4, 28 + length + 4 + 2 * length)).toString("utf16le");
    run.field("lastModifiedBy", (wide.length === length ? wide : name).replaceAll("\0", ""), "ppt-current-user");
    const at = view.getUint32(16, true);
    if (recordAt(bytes, at)?.type === rt.userEdit) return at;
  }
  let last = -1;
  for (const record of recordsIn(bytes, 0, bytes.length)) if (record.type === rt.userEdit) last = record.at;
  return last;
}

const mostPlainBytes = 64 << 20;

/** Embedded documents and macro projects are whole compound files, mostly deflated (MS-PPT 2.10.34); sounds are as they were. */
function* readObjects(bytes: Uint8Array): Generator<Extraction> {
  for (const record of recordsIn(bytes, 0, bytes.length)) {
    if (record.type === rt.oleStorage) yield* objectOf(bytes, record);
    else if (record.type === rt.document) {
      for (const below of recordsBelow(bytes, record)) {
        if (below.type !== rt.soundData) continue;
        const sound = new MemorySource(bytes.subarray(below.start, below.end));
        yield { what: "child", child: childOf(`sound:${below.at}`, `sound-${below.at}.wav`, sound) };
      }
    }
  }
}

function* objectOf(bytes: Uint8Array, record: PptRecord): Generator<Extraction> {
  let content = bytes.subarray(record.start, record.end);
  const packedSize = content.length;
  if (record.instance === 1 && content.length > 4) {
    try {
      content = inflateSync(content.subarray(4), { maxOutputLength: mostPlainBytes, finishFlush: 2 });
    } catch {
      // Damaged: the packed bytes are all there is.
    }
  }
  const child = childOf(`object:${record.at}`, `object-${record.at}.ole`, new MemorySource(content), { packedSize });
  yield { what: "child", child };
}
