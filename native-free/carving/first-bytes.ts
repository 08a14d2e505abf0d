/** What a carver looks at before it takes a window, and how it says what it found. */
import type { ByteSource } from "../bytes/byte-source.ts";
import type { Carved, Verdict } from "./carver.ts";

/** A few bytes at a place, in one array for the life of the carver: reading them allocates nothing. */
export class FirstBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.view = new DataView(this.bytes.buffer);
  }

  /** False where `end` comes first. */
  read(source: ByteSource, at: number, end: number): boolean {
    return (
      at + this.bytes.length <= Math.min(end, source.size) && source.readInto(this.bytes, at) === this.bytes.length
    );
  }

  u8(at: number): number {
    return this.view.getUint8(at);
  }
  u16(at: number): number {
    return this.view.getUint16(at, true);
  }
  u32(at: number): number {
    return this.view.getUint32(at, true);
  }
  u32be(at: number): number {
    return this.view.getUint32(at);
  }
}

/** Contiguous content without findings. */
export function carvedAs(kind: string, verdict: Verdict, length: number, title: string | null = null): Carved {
  return { kind, verdict, length, title, findings: [] };
}

/** UTF-16LE text of up to `units` units up to the first NUL; null where it is empty. */
export function wideText(bytes: Uint8Array, at: number, units: number): string | null {
  let text = "";
  for (let i = 0; i < units && at + 2 * i + 1 < bytes.length; i++) {
    const unit = bytes[at + 2 * i]! | (bytes[at + 2 * i + 1]! << 8);
    if (unit === 0) break;
    text += String.fromCharCode(unit);
  }
  return text === "" ? null : text.toWellFormed();
}

/** Whether all bytes are zero; fast enough for whole pages. */
export function isZeros(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}
