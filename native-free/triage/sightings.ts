/**
 * Starts of file systems that pass by before any table says that a volume begins there: slots may come in any order, and a
 * table may be known from its backup at the end of the medium only. Kept by place; consulted for volumes, never listed,
 * since files hold images of file systems too. Volumes on sector boundaries are told by their boot sector, others where they
 * begin at a multiple of 4 KiB.
 */
import { recognise, type Recognised } from "../filesystems/signatures.ts";
import { headBytes } from "../filesystems/signatures/recognised.ts";

const most = 512;
/** A medium full of signatures must not cost more than another. */
const mostTries = 8192;
const mostTriesInSlot = 4;
const sector = 512;
const page = 4096;

export class Sightings {
  readonly #found = new Map<number, readonly Recognised[]>();
  readonly #head = new Uint8Array(headBytes);
  #tries = 0;

  at(at: number): readonly Recognised[] | null {
    return this.#found.get(at) ?? null;
  }

  look(bytes: Uint8Array, at: number): void {
    const limit = Math.min(mostTries, this.#tries + mostTriesInSlot);
    for (let from = 0; from + sector <= bytes.length && this.#tries < limit; from += sector) {
      const first = bytes[from]!;
      const isBoot = (first === 0xeb || first === 0xe9 || first === 0) && isBootSector(bytes, from, first);
      if (isBoot || (from % page === 0 && from + page <= bytes.length && isMarked(bytes, from)))
        this.#try(bytes, from, at + from);
    }
  }

  #try(bytes: Uint8Array, from: number, at: number): void {
    this.#tries += 1;
    if (this.#found.size >= most) return;
    const available = bytes.subarray(from, from + headBytes);
    this.#head.set(available);
    this.#head.fill(0, available.length);
    const found = recognise(this.#head);
    if (found.length > 0) this.#found.set(at, found);
  }
}

/** Ends with 55 AA and begins with a jump; ReFS begins with zeros and its name. */
function isBootSector(bytes: Uint8Array, from: number, first: number): boolean {
  if (first === 0) return bytes[from + 3] === 0x52 && bytes[from + 4] === 0x65 && bytes[from + 5] === 0x46;
  return bytes[from + 510] === 0x55 && bytes[from + 511] === 0xaa;
}

/** First bytes of the signatures that stand in the first 4 KiB of a volume. */
function isMarked(bytes: Uint8Array, from: number): boolean {
  const at = (offset: number, first: number, second: number): boolean =>
    bytes[from + offset] === first && bytes[from + offset + 1] === second;
  return (
    at(0, 0x58, 0x46) || // XFSB
    at(0, 0x68, 0x73) || // hsqs
    at(0, 0x4c, 0x55) || // LUKS
    at(32, 0x4e, 0x58) || // NXSB
    at(512, 0x4c, 0x41) || // LABELONE
    at(1024, 0x48, 0x2b) || // H+
    at(1024, 0x48, 0x58) || // HX
    at(1080, 0x53, 0xef) || // ext
    at(4086, 0x53, 0x57) // SWAPSPACE2
  );
}
