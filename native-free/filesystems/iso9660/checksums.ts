/** Checksums that libisofs writes behind a session; an attribute of the root says where (AAIP 2.0, `isofs.ca`). */
import { viewRange } from "../../bytes/byte-source.ts";
import type { Structure } from "./gap-scan.ts";
import { sectorBytes } from "./layouts.ts";
import { systemUseOf } from "./records.ts";
import type { IsoVolume, RootRef } from "./volume.ts";

const attribute = /^(\x04|isofs\.)ca$/;

/** Null where there are none, or what says so does not hold. */
export function checksumsOf(volume: IsoVolume, root: RootRef): Structure | null {
  if (!root.rockRidge) return null;
  const window = viewRange(volume.source, root.rootStart, sectorBytes);
  if (window.length < 34 || window[0]! < 34 || window[0]! > window.length) return null;
  const { from, end } = systemUseOf({ window, at: 0, offset: 0 }, root.skip);
  const { attributes } = volume.systemUse.read(window, from, end);
  for (const [name, value] of attributes?.pairs() ?? []) {
    const [, last, count, each] = attribute.test(name) ? numbersIn(value) : [];
    if (last === undefined || count === undefined || each === undefined) continue;
    const start = last * sectorBytes;
    const length = Math.ceil((count * each) / sectorBytes) * sectorBytes;
    if (length > 0 && start + length <= volume.source.size) return { start, length, what: "checksums" };
  }
  return null;
}

/** Numbers in big-endian order, each behind the count of its bytes: first and last block, number of checksums, bytes of one. */
function numbersIn(value: Uint8Array): number[] {
  const numbers: number[] = [];
  for (let at = 0; at < value.length && numbers.length < 4;) {
    const length = value[at]!;
    let number = 0;
    for (let i = 1; i <= length; i++) number = number * 256 + (value[at + i] ?? 0);
    numbers.push(number);
    at += 1 + length;
  }
  return numbers;
}
