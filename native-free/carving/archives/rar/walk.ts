/** What the walks along both formats of RAR say. */
import { crc32 } from "node:zlib";
import type { CarveWindow } from "../../carve-window.ts";

export interface RarWalk {
  /** Whether the end was found. */
  readonly isWhole: boolean;
  readonly files: number;
  /** Behind the last sound block and its data. */
  readonly end: number;
  /** The first file whose data disagree with their CRC-32; null where none does or none could be compared. */
  readonly damagedAt: number | null;
}

const chunkBytes = 1 << 16;

export function crcOf(window: CarveWindow, at: number, length: number): number {
  let crc = 0;
  for (let done = 0; done < length; done += chunkBytes) {
    crc = crc32(window.view(at + done, Math.min(chunkBytes, length - done)), crc);
  }
  return crc;
}
