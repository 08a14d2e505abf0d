/** Block tables of UDIF images that were written before Mac OS X 10.1.3: resources instead of a property list. */
import { u16be, u32be } from "../../bytes/field-types.ts";
import { bytes, struct } from "../../bytes/struct.ts";
import { forkHeader } from "./layouts.ts";

/** Inside Macintosh, More Toolbox, 1-122: the map begins with copies and attributes. */
const mapHead = struct("dmg.resourceMap", 30, { typeList: [24, u16be], nameList: [26, u16be], lastType: [28, u16be] });
const typeEntry = struct("dmg.resourceType", 8, { type: [0, bytes(4)], last: [4, u16be], list: [6, u16be] });
const reference = struct("dmg.resourceReference", 12, { id: [0, u16be], name: [2, u16be], data: [4, u32be] });

export interface Resource {
  readonly id: number;
  /** MacRoman is read as Latin-1; null where it has none. */
  readonly name: string | null;
  readonly data: Uint8Array;
}

/** The resources of `type` (four characters) in the order of the map; none where the fork does not hold. Never throws. */
export function resourcesOf(fork: Uint8Array, type: string): Resource[] {
  if (fork.length < forkHeader.size) return [];
  const { dataOffset, mapOffset } = forkHeader.cursor().over(fork);
  if (mapOffset + mapHead.size > fork.length) return [];
  const { typeList, nameList, lastType } = mapHead.cursor().over(fork, mapOffset);
  const types = mapOffset + typeList;
  const cursor = typeEntry.cursor();
  for (let i = 0; i <= lastType; i++) {
    const at = types + 2 + i * typeEntry.size;
    if (at + typeEntry.size > fork.length) break;
    const { type: own, last, list } = cursor.over(fork, at);
    if (latin1(own) !== type) continue;
    return listed(fork, { from: types + list, last, names: mapOffset + nameList, data: dataOffset });
  }
  return [];
}

interface Listed {
  readonly from: number;
  readonly last: number;
  readonly names: number;
  readonly data: number;
}

function listed(fork: Uint8Array, { from, last, names, data }: Listed): Resource[] {
  const found: Resource[] = [];
  const cursor = reference.cursor();
  const view = new DataView(fork.buffer, fork.byteOffset, fork.length);
  for (let i = 0; i <= last; i++) {
    const at = from + i * reference.size;
    if (at + reference.size > fork.length) break;
    const { id, name, data: packed } = cursor.over(fork, at);
    // The first byte holds attributes.
    const start = data + (packed & 0xffffff);
    if (start + 4 > fork.length) continue;
    const length = view.getUint32(start);
    const nameAt = names + name;
    const nameLength = name === 0xffff ? undefined : fork[nameAt];
    found.push({
      id: (id << 16) >> 16,
      name: nameLength === undefined ? null : latin1(fork.subarray(nameAt + 1, nameAt + 1 + nameLength)),
      data: fork.subarray(start + 4, Math.min(fork.length, start + 4 + length)),
    });
  }
  return found;
}

function latin1(part: Uint8Array): string {
  return String.fromCharCode(...part);
}
