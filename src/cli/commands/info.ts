/** `vestige info`: what a source is and holds, without a case. */
import { usualBudgets } from "../../../native-free/layers/budgets.ts";
import type { Command } from "../command.ts";
import { evidenceFlags } from "../evidence-flags.ts";

export const infoCommand: Command = {
  name: "info",
  summary: "say what an image or device is and holds: format, hashes, volumes, file systems, encryption, findings",
  group: "source",
  args: [{ name: "SOURCE", summary: "image (any of its files), device, or file taken as a medium", rest: true }],
  flags: [
    { name: "check", summary: "also read every table of blocks and compare what is said twice" },
    { name: "nested", value: "N", summary: `levels of images inside of images (${usualBudgets.depth}; 0 for none)` },
    ...evidenceFlags,
  ],
  help: `Nothing is written. Every volume, gap and image inside has a path that vestige read and vestige export take with --at.
Exit code 1: something of a medium is lost. Images compressed as a whole (gzip, bzip2, xz, zstd, zip) are unpacked into a
temporary file first. The contents of the medium are not hashed: use vestige verify or vestige export for that.

  vestige info M01.E01
  vestige info disk.vmdk --check
  vestige info /dev/sdb
  vestige info *.E01 --json`,
  async run(context) {
    const { infoOf } = await import("../info-source.ts");
    return infoOf(context);
  },
};
