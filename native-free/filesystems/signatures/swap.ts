/** Swap areas of Linux, and what hibernation leaves in them. Layouts and sources: first-layouts.ts. */
import * as layout from "./first-layouts.ts";
import { labelOf, named, sized, type Recogniser } from "./look.ts";

const swap = layout.swapHeader.cursor();
const swapEnd = layout.swapMagic.cursor();

const recogniseSwap: Recogniser = (head) => {
  for (const page of layout.swapPageBytes) {
    const { magic } = swapEnd.over(head, page - layout.swapMagic.size);
    if (magic === "SWAP-SPACE") return { kind: "Linux swap", label: null, bytes: null };
    if (magic !== "SWAPSPACE2") continue;
    swap.over(head);
    return sized("Linux swap", labelOf(swap.label), (swap.lastPage + 1) * page);
  }
  return null;
};

/** Kernel, uswsusp, TuxOnIce: the first ten bytes of the mark at the end of the first page. */
const sleepMarks: ReadonlySet<string> = new Set(["S1SUSPEND", "S2SUSPEND", "ULSUSPEND", "LINHIB0001"]);
const tuxOnIce = layout.tuxOnIce.cursor();
const tuxOnIceMark = Uint8Array.of(0xed, 0xc3, 0x02, 0xe9, 0x98, 0x56, 0xe5, 0x0c);

const recogniseHibernation: Recogniser = (head) => {
  for (const page of layout.swapPageBytes) {
    if (sleepMarks.has(swapEnd.over(head, page - layout.swapMagic.size).magic)) return named("Linux hibernation");
  }
  return Buffer.compare(tuxOnIce.over(head).magic, tuxOnIceMark) === 0 ? named("Linux hibernation") : null;
};

export const swapRecognisers: readonly Recogniser[] = [recogniseHibernation, recogniseSwap];
