/**
 * Manifests of LevelDB: record logs that begin with the name of the comparator; every record has a masked CRC-32C. LevelDB,
 * doc/log_format.md. Not supported: logs of writes, which have no mark of their own.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { crc32c } from "../../kernels/crc32c.ts";
import type { Carved, Carver, Verdict } from "../carver.ts";
import { textSignature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes, isZeros } from "../first-bytes.ts";

const head = new FirstBytes(40);
const blockBytes = 32_768;
const recordHeadBytes = 7;
const lastRecordKind = 4;
const maskDelta = 0xa282_ead8;
const limitBytes = 2 ** 30;

/** LevelDB masks checksums, so that one of data that holds checksums is no trap. */
export const maskedCrc = (crc: number): number => (((crc >>> 15) | (crc << 17)) + maskDelta) >>> 0;

/** Bytes of a sound record at `place`; 0 where there is none before the end of its block. */
function recordLength(window: CarveWindow, at: number, place: number): number {
  const room = blockBytes - ((place - at) % blockBytes);
  if (room < recordHeadBytes || !window.has(place, recordHeadBytes)) return 0;
  const length = window.u16(place + 4);
  const kind = window.u8(place + 6);
  if (
    kind === 0 ||
    kind > lastRecordKind ||
    recordHeadBytes + length > room ||
    !window.has(place, recordHeadBytes + length)
  )
    return 0;
  const stated = window.u32(place);
  const bytes = window.view(place + 6, 1 + length);
  return maskedCrc(crc32c(bytes)) === stated ? recordHeadBytes + length : 0;
}

/** Where the records end; blocks that are too full for a header are filled up with zeros. */
function recordsEnd(window: CarveWindow, at: number): { last: number; open: boolean } {
  let place = at;
  let open = false;
  while (place - at < limitBytes) {
    const room = blockBytes - ((place - at) % blockBytes);
    if (room < recordHeadBytes) {
      if (!isZeros(window.view(place, room))) break;
      if (recordLength(window, at, place + room) === 0) break;
      place += room;
      continue;
    }
    const length = recordLength(window, at, place);
    if (length === 0) break;
    // The first and the middle parts of a record want another.
    open = window.u8(place + 6) === 2 || window.u8(place + 6) === 3;
    place += length;
  }
  return { last: place, open };
}

function carveManifest(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end) || head.u16(4) > blockBytes || head.u8(6) === 0 || head.u8(6) > lastRecordKind)
    return null;
  const window = new CarveWindow(source, end);
  const { last, open } = recordsEnd(window, at);
  if (last === at) return null;
  const verdict: Verdict = open || goesOn(window, at, last) ? "truncated" : "complete";
  return carvedAs("leveldb-manifest", verdict, last - at);
}

/** Whether a sound record follows in this block or the next behind one that is not, or one begins that is cut off. */
function goesOn(window: CarveWindow, at: number, last: number): boolean {
  const room = blockBytes - ((last - at) % blockBytes);
  const rest = window.view(last, recordHeadBytes);
  if (rest.length < recordHeadBytes) return !isZeros(rest);
  if (cutRecord(window, last, room)) return true;
  for (let place = last + 1; place < last + room + blockBytes; place++)
    if (recordLength(window, at, place) > 0) return true;
  return false;
}

/** A head of which the record ends in its block, but behind the source: of a whole record, or of a first part. */
function cutRecord(window: CarveWindow, at: number, room: number): boolean {
  const kind = window.u8(at + 6);
  const length = recordHeadBytes + window.u16(at + 4);
  return (kind === 1 || kind === 2) && length <= room && !window.has(at, length);
}

export const leveldbManifestCarver: Carver = {
  id: "leveldb-manifest",
  family: "carver",
  name: "LevelDB manifest",
  spec: "LevelDB, doc/log_format.md",
  level: "complete",
  kinds: [{ id: "leveldb-manifest", name: "LevelDB manifest", extension: "manifest" }],
  signatures: [
    textSignature("\u0001\u001aleveldb.BytewiseComparator", { offset: recordHeadBytes }),
    textSignature("\u0001\u0008idb_cmp1", { offset: recordHeadBytes }),
  ],
  limitBytes,
  carve: carveManifest,
};
