/** `vestige account`: every byte of a medium in its class, without a case. */
import type { Command } from "../command.ts";
import { atFlag, evidenceFlags } from "../evidence-flags.ts";

export const accountCommand: Command = {
  name: "account",
  summary: "class every byte of a medium: content, metadata, slack, unallocated, gap, unreadable, not understood",
  group: "source",
  args: [{ name: "SOURCE", summary: "image (any of its files), device, or file taken as a medium" }],
  flags: [
    { name: "ranges", summary: "every range in order, not only the sums" },
    { ...atFlag, summary: "a volume inside the source: p2, p2/fat:/disk.vmdk/p1" },
    ...evidenceFlags,
  ],
  help: `Nothing is written. The classes add up to the size of the medium. "Not understood" is what no reader of this version
reads: encrypted volumes, file systems that are only recognised, structures that nothing explains.
Exit code 1: something of the medium is unreadable.

  vestige account M01.E01
  vestige account disk.vmdk --at p2
  vestige account stick.dd --ranges --json`,
  async run(context) {
    const { accountFor } = await import("../account-source.ts");
    return accountFor(context);
  },
};
