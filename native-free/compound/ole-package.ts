/**
 * Files that were put into a document as "packages": the stream `\1Ole10Native` (MS-OLEDS 2.3.6) with the data that the
 * object packager of Windows writes into it: label, path that the file had, path of the temporary copy, bytes.
 */
import { Buffer } from "node:buffer";
import { type ByteSource, readRange } from "../bytes/byte-source.ts";
import { decodeCodePage } from "./code-page.ts";
import { type Extent, ExtentSource } from "./extent-source.ts";

export interface OlePackage {
  /** What the document shows, mostly the file's name. */
  readonly label: string;
  /** Path that the file had when it was put in. */
  readonly path: string;
  /** Path of the copy that the program made; "" where none is kept. */
  readonly temporaryPath: string;
  readonly data: ByteSource;
}

const longestPath = 4096;
const headBytes = 4 * longestPath;

/** Of a native stream (`sized`: with its length in front) or of what follows in other formats; null where it is none. */
export function readOlePackage(stream: ByteSource, sized = true): OlePackage | null {
  const head = readRange(stream, 0, headBytes);
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  let at = sized ? 4 : 0;
  if (head.length < at + 16 || view.getUint16(at, true) !== 2) return null;
  at += 2;
  const label = stringAt(head, at);
  const path = label && stringAt(head, label.end);
  if (!path || path.end + 12 > head.length) return null;
  const temporaryBytes = view.getUint32(path.end + 4, true);
  const sizeAt = path.end + 8 + temporaryBytes;
  if (temporaryBytes > longestPath || sizeAt + 4 > head.length) return null;
  const temporary = stringAt(head, path.end + 8);
  const size = view.getUint32(sizeAt, true);
  const extent: Extent = { at: sizeAt + 4, length: Math.min(size, stream.size - sizeAt - 4) };
  const wide = wideNames(stream, sizeAt + 4 + size);
  return {
    label: wide?.[1] ?? label.text,
    path: wide?.[2] ?? path.text,
    temporaryPath: wide?.[0] ?? (temporary && temporary.end <= sizeAt ? temporary.text : ""),
    data: new ExtentSource(stream, [extent], extent.length),
  };
}

function stringAt(bytes: Uint8Array, at: number): { text: string; end: number } | null {
  const end = bytes.indexOf(0, at);
  if (end < 0 || end - at > longestPath) return null;
  return { text: decodeCodePage(bytes.subarray(at, end), 1252), end: end + 1 };
}

/** Newer programs repeat the names behind the data in UTF-16: temporary path, label, path; each with its length. */
function wideNames(stream: ByteSource, at: number): readonly [string, string, string] | null {
  const tail = readRange(stream, at, 3 * (4 + 2 * longestPath));
  const view = new DataView(tail.buffer, tail.byteOffset, tail.length);
  const names: string[] = [];
  let place = 0;
  for (let i = 0; i < 3; i++) {
    if (place + 4 > tail.length) return null;
    const bytes = view.getUint32(place, true) * 2;
    if (bytes === 0 || place + 4 + bytes > tail.length) return null;
    names.push(
      Buffer.from(tail.subarray(place + 4, place + 4 + bytes))
        .toString("utf16le")
        .replace(/\0.*$/s, ""),
    );
    place += 4 + bytes;
  }
  return names.some((name) => name === "") ? null : [names[0]!, names[1]!, names[2]!];
}

/** The last part of a path of Windows or of another system. */
export function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
