/**
 * 7-Zip archives (7zFormat.txt): the start header and the header at the end, which it names, each with its CRC-32. Packed streams are not
 * decoded. A start header without its other end is nothing: nothing between the two can be recognised, so there is no `truncated`.
 *
 * Not carved: archives without a file (32 bytes), volumes.
 */
import { crc32 } from "node:zlib";
import { struct, u16, u32, u64, bytes } from "../../bytes/struct.ts";
import { CarveWindow } from "../carve-window.ts";
import { type Carver, signature } from "../carver.ts";
import { complete, firstBytes, typedKind } from "./verdict.ts";

const startHeader = struct("carve.7z.start", 32, {
  signature: [0, bytes(6)],
  version: [6, u16],
  startCrc: [8, u32, "of the 20 bytes behind"],
  nextAt: [12, u64, "bytes behind this header"],
  nextBytes: [20, u64],
  nextCrc: [28, u32],
});
const coveredFrom = startHeader.offsets.nextAt;
const chunkBytes = 1 << 16;
/** Property of a header, or of one that is packed itself. */
const headerMarks = new Set([0x01, 0x17]);
const mostHeaderBytes = 2 ** 28;

export const sevenZipCarver: Carver = {
  id: "7z",
  family: "carver",
  name: "7-Zip archive",
  spec: "7zFormat.txt of the LZMA SDK",
  level: "partial",
  kinds: [typedKind("7z")],
  signatures: [signature("37 7a bc af 27 1c")],
  limitBytes: 2 ** 40,
  carve(source, at, end) {
    const head = firstBytes(source, at, end, startHeader.size);
    if (head === null || head.getUint8(startHeader.offsets.version) !== 0) return null;
    const covered = new Uint8Array(head.buffer, coveredFrom, startHeader.size - coveredFrom);
    if (crc32(covered) !== head.getUint32(startHeader.offsets.startCrc, true)) return null;
    const window = new CarveWindow(source, end);
    const length = window.u64(at + startHeader.offsets.nextBytes);
    const from = at + startHeader.size + window.u64(at + startHeader.offsets.nextAt);
    if (length === 0 || length > mostHeaderBytes || !window.has(from, length)) return null;
    if (!headerMarks.has(window.u8(from))) return null;
    const expected = window.u32(at + startHeader.offsets.nextCrc);
    let crc = 0;
    for (let done = 0; done < length; done += chunkBytes) {
      crc = crc32(window.view(from + done, Math.min(chunkBytes, length - done)), crc);
    }
    return crc === expected ? complete("7z", from + length - at) : null;
  },
};
