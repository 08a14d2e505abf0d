/** Blocks of RAR 5 archives (RAR 5.0 archive format), each header with its CRC-32. */
import type { CarveWindow } from "../../carve-window.ts";
import { crcOf, type RarWalk } from "./walk.ts";

const markerBytes = 8;
const type = { main: 1, file: 2, service: 3, encryption: 4, end: 5 } as const;
const flag = { extra: 1, data: 2, split: 0x18 } as const;
const fileFlag = { time: 2, crc: 4 } as const;
const encryptionRecord = 1;
const mostHeaderBytes = 1 << 21;
const sizeBytes = 3;
const moreVolumes = 1;
const volumeUnit = 512;

interface Block {
  readonly type: number;
  readonly flags: number;
  /** Behind the fields that every block has. */
  readonly fieldsAt: number;
  readonly extraBytes: number;
  readonly dataAt: number;
  readonly dataBytes: number;
}

export function walkRar5(window: CarveWindow, start: number): RarWalk | null {
  let at = start + markerBytes;
  const main = readBlock(window, at);
  if (main === null || main.type !== type.main) return null;
  at = main.dataAt + main.dataBytes;
  let files = 0;
  let damagedAt: number | null = null;
  for (;;) {
    const walked = { files, end: at, damagedAt };
    const block = readBlock(window, at);
    if (block === null || !window.has(block.dataAt, block.dataBytes)) return { ...walked, isWhole: false };
    const end = block.dataAt + block.dataBytes;
    if (block.type === type.end) return { ...walked, end: behindZeros(window, start, block, end), isWhole: files > 0 };
    if (block.type === type.file) {
      files++;
      if (!isSoundData(window, block)) damagedAt ??= at;
    }
    at = end;
  }
}

/** A volume before the last is filled with zeros up to its size, of which only this much can be told: whole units. */
function behindZeros(window: CarveWindow, start: number, block: Block, end: number): number {
  const to = start + Math.ceil((end - start) / volumeUnit) * volumeUnit;
  if ((readVint(window, block.fieldsAt).value & moreVolumes) === 0 || !window.has(end, to - end)) return end;
  for (let at = end; at < to; at++) if (window.u8(at) !== 0) return end;
  return to;
}

interface Vint {
  readonly value: number;
  readonly end: number;
}

/** Seven bits a byte, the lowest first; more than a number holds comes out as too large for every source. */
function readVint(window: CarveWindow, at: number): Vint {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = window.u8(at + i);
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, end: at + i + 1 };
  }
  return { value: Infinity, end: at + 10 };
}

function readBlock(window: CarveWindow, at: number): Block | null {
  if (!window.has(at, 7)) return null;
  const size = readVint(window, at + 4);
  if (size.end > at + 4 + sizeBytes || size.value < 2 || size.value > mostHeaderBytes) return null;
  const dataAt = size.end + size.value;
  if (!window.has(at, dataAt - at) || crcOf(window, at + 4, dataAt - at - 4) !== window.u32(at)) return null;
  const kind = readVint(window, size.end);
  const flags = readVint(window, kind.end);
  const none: Vint = { value: 0, end: flags.end };
  const extra = (flags.value & flag.extra) !== 0 ? readVint(window, flags.end) : none;
  const data = (flags.value & flag.data) !== 0 ? readVint(window, extra.end) : { value: 0, end: extra.end };
  return {
    type: kind.value,
    flags: flags.value,
    fieldsAt: data.end,
    extraBytes: extra.value,
    dataAt,
    dataBytes: data.value,
  };
}

/** Only what is stored in one piece without a password can be compared with its CRC-32. */
function isSoundData(window: CarveWindow, block: Block): boolean {
  const flags = readVint(window, block.fieldsAt);
  const attributes = readVint(window, readVint(window, flags.end).end);
  const crcAt = attributes.end + ((flags.value & fileFlag.time) !== 0 ? 4 : 0);
  if ((flags.value & fileFlag.crc) === 0 || (block.flags & flag.split) !== 0) return true;
  const method = (readVint(window, crcAt + 4).value >> 7) & 7;
  if (method !== 0 || isEncrypted(window, block)) return true;
  return crcOf(window, block.dataAt, block.dataBytes) === window.u32(crcAt);
}

function isEncrypted(window: CarveWindow, block: Block): boolean {
  for (let at = block.dataAt - block.extraBytes; at < block.dataAt;) {
    const size = readVint(window, at);
    if (readVint(window, size.end).value === encryptionRecord) return true;
    at = size.end + size.value;
  }
  return false;
}
