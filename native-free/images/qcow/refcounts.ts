/** Counts in a block of reference counts (section "Host cluster management"). */
import { u16be, u32be, wideBe } from "../../bytes/field-types.ts";
import { struct, u8 } from "../../bytes/struct.ts";
import type { TableWindows } from "../table-windows.ts";

const widths = {
  8: struct("qcow.Count8", 1, { value: [0, u8] }).cursor(),
  16: struct("qcow.Count16", 2, { value: [0, u16be] }).cursor(),
  32: struct("qcow.Count32", 4, { value: [0, u32be] }).cursor(),
  64: struct("qcow.Count64", 8, { value: [0, wideBe] }).cursor(),
} as const;

/** The count with number `index` in the block at `block` of the file; 0 where the file ends before it. `bits`: 1 to 64. */
export function refcountAt(tables: TableWindows, block: number, index: number, bits: number): number {
  if (bits < 8) {
    const at = tables.find(block + Math.floor((index * bits) / 8), 1);
    if (at === -1) return 0;
    // The first count is in the lowest bits.
    return (tables.window[at]! >>> ((index * bits) % 8)) & ((1 << bits) - 1);
  }
  const at = tables.find(block + (index * bits) / 8, bits / 8);
  return at === -1 ? 0 : widths[bits as keyof typeof widths].over(tables.window, at).value;
}
