/** Items of a HEIF picture that lie in the file in one piece: ISO/IEC 14496-12 8.11.3 (iloc), 8.11.6 (iinf), 8.11.11 (idat). */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { isEvidenceError } from "../../model/errors.ts";
import { ByteReader } from "../byte-reader.ts";
import { boxesIn, type IsoBox } from "../iso-boxes.ts";

export interface HeifItem {
  readonly id: number;
  readonly kind: string;
  /** Of items of kind `mime`. */
  readonly mime: string;
  readonly at: number;
  readonly length: number;
}

const mostItems = 4096;

/** Those of the box `meta`; what is damaged ends the list. */
export function itemsIn(source: ByteSource, meta: IsoBox): HeifItem[] {
  const found: HeifItem[] = [];
  const reader = new ByteReader(source, false, "picture/damaged", "items");
  try {
    const boxes = [...boxesIn(source, meta.bodyAt + 4, meta.end)];
    const infos = boxes.find(({ kind }) => kind === "iinf");
    const places = boxes.find(({ kind }) => kind === "iloc");
    const inside = boxes.find(({ kind }) => kind === "idat")?.bodyAt ?? 0;
    if (!infos || !places) return found;
    const kinds = kindsOf(source, reader, infos);
    for (const place of placesOf(reader, places, inside)) {
      const kind = kinds.get(place.id);
      if (kind) found.push({ ...place, ...kind });
    }
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
  }
  return found;
}

function kindsOf(source: ByteSource, reader: ByteReader, box: IsoBox): Map<number, { kind: string; mime: string }> {
  const kinds = new Map<number, { kind: string; mime: string }>();
  const from = box.bodyAt + (reader.u8(box.bodyAt) === 0 ? 6 : 8);
  for (const info of boxesIn(source, from, box.end)) {
    const version = info.kind === "infe" ? reader.u8(info.bodyAt) : 0;
    if (version < 2 || kinds.size >= mostItems) continue;
    const isWide = version > 2;
    const at = info.bodyAt + 4;
    const kindAt = at + (isWide ? 6 : 4);
    const kind = reader.latin1(kindAt, 4);
    // A name, then the type of the content; both end with a NUL.
    const words = kind === "mime" ? reader.latin1(kindAt + 4, Math.max(0, info.end - kindAt - 4)).split("\0") : [];
    kinds.set(isWide ? reader.u32(at) : reader.u16(at), { kind, mime: words[1] ?? "" });
  }
  return kinds;
}

function* placesOf(
  reader: ByteReader,
  box: IsoBox,
  inside: number,
): Generator<{ id: number; at: number; length: number }> {
  const version = reader.u8(box.bodyAt);
  const sizes = reader.u16(box.bodyAt + 4);
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexBytes = version > 0 ? sizes & 15 : 0;
  const idBytes = version < 2 ? 2 : 4;
  let at = box.bodyAt + 6;
  const take = (bytes: number): number => {
    let value = 0;
    for (let index = 0; index < bytes; index++) value = value * 256 + reader.u8(at++);
    return value;
  };
  const count = take(idBytes);
  for (let index = 0; index < Math.min(count, mostItems) && at < box.end; index++) {
    const id = take(idBytes);
    const method = version > 0 ? take(2) & 15 : 0;
    take(2);
    const base = take(baseBytes);
    const extents = take(2);
    for (let extent = 0; extent < extents && at < box.end; extent++) {
      take(indexBytes);
      const offset = take(offsetBytes);
      const length = take(lengthBytes);
      const start = method === 1 ? inside : 0;
      if (extents === 1 && method < 2) yield { id, at: start + base + offset, length };
    }
  }
}
