/**
 * Thumbs.db of Windows 95 to XP: pictures of the files of a folder, kept when the files are gone. The stream `Catalog` gives
 * each picture the name and the time of its file. Layout as libyal's notes on the Thumbs.db format describe it.
 */
import { Buffer } from "node:buffer";
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { struct, u16, u32 } from "../../bytes/struct.ts";
import { childOf } from "../../compound/child-of.ts";
import type { Compound, CompoundEntry } from "../../compound/compound.ts";
import { ExtentSource } from "../../compound/extent-source.ts";
import { fileTimeText } from "../../compound/file-time.ts";
import type { Extraction } from "../../model/extraction.ts";
import type { ItemTime } from "../../model/item.ts";

const header = struct("thumbs.catalog", 16, {
  headerBytes: [0, u16],
  version: [2, u16],
  count: [4, u32],
  width: [8, u32, "pixels"],
  height: [12, u32, "pixels"],
});

const record = struct("thumbs.entry", 16, {
  length: [0, u32, "bytes of the whole entry"],
  number: [4, u32, "the stream's name is this in decimal, last digit first"],
  timeLow: [8, u32],
  timeHigh: [12, u32],
});

const mostBytes = 16 << 20;

/** Adds the streams of pictures to `read`. */
export function* readThumbnails(compound: Compound, read: Set<CompoundEntry>): Generator<Extraction> {
  const catalog = compound.find("Catalog");
  if (!catalog || catalog.kind !== "stream") return;
  const bytes = readRange(compound.open(catalog), 0, mostBytes);
  if (bytes.length < header.size) return;
  const cursor = record.cursor();
  let at = Math.max(header.size, header.cursor().over(bytes).headerBytes);
  let names = "";
  while (at + record.size <= bytes.length) {
    cursor.over(bytes, at);
    const { length, number } = cursor;
    if (length < record.size || at + length > bytes.length) break;
    const name = Buffer.from(bytes.subarray(at + record.size, at + length))
      .toString("utf16le")
      .split("\0")[0]!;
    const time = fileTimeText((BigInt(cursor.timeHigh) << 32n) | BigInt(cursor.timeLow));
    names += `${name.toWellFormed()}\n`;
    const entry = compound.find([...String(number)].reverse().join(""));
    if (entry?.kind === "stream" && !read.has(entry)) {
      read.add(entry);
      yield pictureOf(compound, entry, name, time);
    }
    at += length;
  }
  read.add(catalog);
  if (names !== "") yield { what: "text", text: names, label: "catalog" };
}

function pictureOf(compound: Compound, entry: CompoundEntry, name: string, time: string | null): Extraction {
  const times: ItemTime[] = time === null ? [] : [{ kind: "m", value: time, zone: "utc", source: "thumbs-db" }];
  const shown = `${name.split(/[\\/]/).at(-1) ?? ""}.jpg`;
  return { what: "child", child: childOf(`entry:${entry.index}`, shown, picture(compound.open(entry)), { times }) };
}

/** Behind a short header, whose length the first number says. */
function picture(stream: ByteSource): ByteSource {
  const head = readRange(stream, 0, 64);
  const declared = head.length >= 4 ? new DataView(head.buffer).getUint32(0, true) : 0;
  const isJpeg = (at: number): boolean => head[at] === 0xff && head[at + 1] === 0xd8;
  const at = isJpeg(declared) ? declared : Buffer.from(head).indexOf(Buffer.of(0xff, 0xd8));
  if (at <= 0) return stream;
  return new ExtentSource(stream, [{ at, length: stream.size - at }], stream.size - at);
}
