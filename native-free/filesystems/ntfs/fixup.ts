/** Update sequences: the last two bytes of each stride of a record were exchanged when it was written, to tell torn writes. */
import * as layout from "./layouts.ts";

/** `torn`: a stride does not end in the number of the write. `none`: there is no update sequence that could be right. */
type FixupState = "whole" | "torn" | "none";

const head = layout.multiSector.cursor();

/**
 * Puts the bytes of a record or index block of `length` bytes at `at` back in place. Where a stride is torn, its bytes are put back too: they
 * are the best that is known. libyal, NTFS, "Fix-up values".
 */
export function applyFixups(window: Uint8Array, at: number, length: number): FixupState {
  const { fixupsAt, fixups } = head.over(window, at);
  const strides = fixups - 1;
  if (strides < 1 || fixupsAt % 2 !== 0 || fixupsAt < layout.multiSector.size) return "none";
  const stride = length / strides;
  // One stride more than there is room for: some writers count sectors of 512 bytes in records that have fewer.
  if (stride < layout.strideBytes || !Number.isInteger(stride) || fixupsAt + 2 * fixups > stride) return "none";
  let state: FixupState = "whole";
  const from = at + fixupsAt;
  const low = window[from]!;
  const high = window[from + 1]!;
  for (let i = 1; i <= strides; i++) {
    const end = at + i * stride;
    if (window[end - 2] !== low || window[end - 1] !== high) state = "torn";
    window[end - 2] = window[from + 2 * i]!;
    window[end - 1] = window[from + 2 * i + 1]!;
  }
  return state;
}
