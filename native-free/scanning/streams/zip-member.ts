/**
 * Members of ZIP archives from their local headers on (APPNOTE 6.3.10, 4.3.7): deflated ones. The bytes of stored ones stand there as they
 * are, where a scan sees them anyway.
 */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { signature } from "../../carving/carver.ts";
import { struct, u16, u32 } from "../../bytes/struct.ts";
import type { DecodedStream, StreamDecoder } from "../stream-decoder.ts";
import { inflateAt } from "./deflated.ts";

const localHeader = struct("zip.localHeader", 30, {
  flags: [6, u16, "bits"],
  method: [8, u16, "4.4.5"],
  packed: [18, u32, "bytes; 0 with a data descriptor"],
  nameLength: [26, u16, "bytes"],
  extraLength: [28, u16, "bytes"],
});
const [encrypted, hasDescriptor, isUtf8] = [1, 8, 0x800];
const deflated = 8;
const longestName = 1024;

export const zipMembers: StreamDecoder = {
  id: "zip",
  signatures: [signature("50 4b 03 04")],
  decode(source, at, end, limitBytes) {
    const head = readRange(source, at, Math.min(localHeader.size, end - at));
    if (head.length < localHeader.size) return null;
    const { flags, method, packed, nameLength, extraLength } = localHeader.cursor().over(head, 0);
    if ((flags & encrypted) !== 0 || nameLength === 0 || nameLength > longestName) return null;
    const start = at + localHeader.size + nameLength + extraLength;
    if (start >= end) return null;
    const nameBytes = readRange(source, at + localHeader.size, nameLength);
    const name = Buffer.from(nameBytes).toString((flags & isUtf8) !== 0 ? "utf8" : "latin1");
    const content = { source, start, end, limitBytes, packed: (flags & hasDescriptor) !== 0 ? 0 : packed };
    return method === deflated ? inflatedMember(content, name) : null;
  },
};

interface Content {
  readonly source: ByteSource;
  readonly start: number;
  readonly end: number;
  readonly limitBytes: number;
  /** 0 where it is not known. */
  readonly packed: number;
}

function inflatedMember({ source, start, end, limitBytes, packed }: Content, name: string): DecodedStream | null {
  const last = packed > 0 ? Math.min(end, start + packed) : end;
  const inflated = inflateAt(source, start, last, limitBytes, "raw");
  return inflated && { bytes: inflated.bytes, name, end: start + inflated.consumed, isCut: inflated.isCut };
}
