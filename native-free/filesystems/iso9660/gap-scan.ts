/** Looks through what no tree claims: sessions before the last one, directories that lost their parent, structures of other systems, data. */
import { viewRange } from "../../bytes/byte-source.ts";
import { BlockSet } from "../block-set.ts";
import type { ReadSession } from "./descriptors.ts";
import { directoryAt } from "./descriptors.ts";
import { sectorBytes, systemAreaBytes, udfAnchor, udfTag } from "./layouts.ts";
import type { ByteRange } from "./records.ts";
import { sessionAt } from "./sessions.ts";
import type { IsoVolume } from "./volume.ts";

const windowBytes = 1 << 20;
/** Behind the end of the volume: how much is looked at. */
const lookedBytes = 4 << 20;
const mostSessions = 128;
const mostDirectories = 1 << 16;
const mostStructures = 1 << 16;
/** ECMA-167, 3/8.4.2.1: where anchors stand. */
const anchorSector = 256;
const anchorTag = 2;
const udfMark = /^(BEA01|NSR0[23]|TEA01|BOOT2)/;
/** Texts that programs put into sectors of their own: version and parameters of genisoimage, checksums of libisofs. */
const programMarks: readonly (readonly [string, string])[] = [
  ["MKI ", "note of the writer"],
  ["libisofs_", "checksum tag"],
];

export interface Structure extends ByteRange {
  readonly what: string;
}

export class GapScan {
  readonly sessions: ReadSession[] = [];
  /** Blocks of directories that say where they stand. */
  readonly directories: number[] = [];
  readonly structures: Structure[] = [];
  /** Blocks with anything but zeros. */
  readonly filled = new BlockSet();
  readonly #volume: IsoVolume;
  readonly #isUdf: boolean;

  /** `claimed` answers for blocks that belong to something. */
  constructor(volume: IsoVolume, claimed: (block: number) => boolean) {
    this.#volume = volume;
    this.#isUdf = this.#findUdf();
    const end = Math.min(volume.source.size, volume.current.end + lookedBytes);
    const { blockBytes } = volume;
    for (let from = systemAreaBytes; from < end; from += windowBytes) {
      let window: Uint8Array | null = null;
      for (let at = from; at < Math.min(end, from + windowBytes); at += blockBytes) {
        if (claimed(at / blockBytes)) continue;
        window ??= viewRange(volume.source, from, Math.min(windowBytes, end - from));
        this.#look(window, at - from, at);
      }
    }
  }

  #look(window: Uint8Array, at: number, place: number): void {
    const { blockBytes, source } = this.#volume;
    if (isZero(window, at, Math.min(window.length, at + blockBytes))) return;
    this.filled.add(place / blockBytes);
    if (window[at]! >= 34 && window[at + 32] === 1 && window[at + 33] === 0) {
      const isDirectory = directoryAt(source, place / blockBytes, blockBytes) !== null;
      if (isDirectory && this.directories.length < mostDirectories) this.directories.push(place / blockBytes);
    }
    if (place % sectorBytes !== 0 || at + sectorBytes > window.length) return;
    const session = this.sessions.length < mostSessions ? sessionAt(source, window, at, place) : null;
    if (session) this.sessions.push(session);
    const what = this.#programStructure(window, at) ?? (this.#isUdf ? udfStructure(window, at) : null);
    if (what !== null && this.structures.length < mostStructures) {
      this.structures.push({ start: place, length: sectorBytes, what });
    }
  }

  #programStructure(window: Uint8Array, at: number): string | null {
    for (const [mark, what] of programMarks) if (startsWith(window, at, mark)) return what;
    return null;
  }

  /** Recognition sequence or anchor of UDF: a disc with both file systems. */
  #findUdf(): boolean {
    const { source } = this.#volume;
    const head = viewRange(source, systemAreaBytes, 64 * sectorBytes);
    for (let at = 0; at + sectorBytes <= head.length; at += sectorBytes) {
      if (/^NSR0[23]/.test(text(head, at + 1, 5))) return true;
    }
    const anchor = viewRange(source, anchorSector * sectorBytes, udfAnchor.size);
    return anchor.length >= udfAnchor.size && isTag(anchor, 0) && udfTag.cursor().over(anchor).id === anchorTag;
  }
}

function udfStructure(window: Uint8Array, at: number): string | null {
  return isTag(window, at) || udfMark.test(text(window, at + 1, 5)) ? "UDF structures" : null;
}

const tag = udfTag.cursor();

/** Whether a sector begins with a tag of ECMA-167: a known number, and the sum of its bytes. */
export function isTag(window: Uint8Array, at: number): boolean {
  if (at + udfTag.size > window.length) return false;
  const { id, sum } = tag.over(window, at);
  if (!((id >= 1 && id <= 9) || (id >= 256 && id <= 266))) return false;
  let total = 0;
  for (let i = 0; i < udfTag.size; i++) if (i !== 4) total += window[at + i]!;
  return (total & 0xff) === sum;
}

function isZero(window: Uint8Array, from: number, end: number): boolean {
  for (let i = from; i < end; i++) if (window[i] !== 0) return false;
  return true;
}

function startsWith(window: Uint8Array, at: number, mark: string): boolean {
  for (let i = 0; i < mark.length; i++) if (window[at + i] !== mark.charCodeAt(i)) return false;
  return true;
}

function text(window: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...window.subarray(at, at + length));
}
