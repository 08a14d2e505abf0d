/** Names in a list of shell items (MS-SHLLINK 2.2; item layouts after libyal, "Windows Shell Item format"). */
import type { ByteReader } from "../byte-reader.ts";

const mostItems = 256;
const extensionMark = 0xbeef_0004;

/** The path of drives, directories and files; names of other items apart. */
export function itemListPath(reader: ByteReader, start: number, end: number): { path: string; others: string[] } {
  const names: string[] = [];
  const others: string[] = [];
  let at = start;
  for (let count = 0; count < mostItems && at + 2 <= end; count++) {
    const size = reader.u16(at);
    if (size < 3) break;
    const kind = reader.u8(at + 2);
    const stop = Math.min(at + size, end);
    if ((kind & 0x70) === 0x20 && kind !== 0x2e) names.push(zeroEnded(reader, at + 3, stop).replace(/\\+$/, ""));
    else if ((kind & 0x70) === 0x30) names.push(fileName(reader, at, stop, kind));
    else if ((kind & 0x70) === 0x40) {
      const place = zeroEnded(reader, at + 5, stop);
      others.push(place);
      // A share is where the path begins.
      if (place.startsWith("\\\\")) names.splice(0, names.length, place);
    }
    at += size;
  }
  return { path: names.filter((name) => name !== "").join("\\"), others: others.filter((name) => name !== "") };
}

function zeroEnded(reader: ByteReader, at: number, end: number): string {
  return reader.latin1(at, Math.max(0, end - at)).replace(/\0[^]*$/, "");
}

/** The long name of the extension block, else the short one before it. */
function fileName(reader: ByteReader, at: number, end: number, kind: number): string {
  const isWide = (kind & 4) !== 0;
  const short = isWide ? reader.wideText(at + 14, Math.max(0, end - at - 14)) : zeroEnded(reader, at + 14, end);
  for (let place = at + 14; place + 8 <= end; place += 2) {
    if (reader.u32(place + 4) !== extensionMark) continue;
    const version = reader.u16(place + 2);
    const nameAt = place + (version >= 9 ? 46 : version >= 8 ? 42 : version >= 7 ? 38 : 20);
    const long = nameAt < end ? reader.wideText(nameAt, end - nameAt) : "";
    return long || short;
  }
  return short;
}
