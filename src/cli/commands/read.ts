/** `vestige read`: bytes of a source in hexadecimal, each under the forensic path that it belongs to. */
import type { Command } from "../command.ts";
import { atFlag, evidenceFlags } from "../evidence-flags.ts";

export const readCommand: Command = {
  name: "read",
  summary: "show bytes in hexadecimal, with the forensic path of every byte",
  group: "source",
  args: [
    { name: "SOURCE", summary: "image (any of its files), device, or file taken as a medium" },
    { name: "OFFSET", summary: "first byte (decimal, 0x…, or with K, M, G, s: sectors of 512)" },
    { name: "LENGTH", summary: "bytes, as OFFSET; 64M at most" },
  ],
  flags: [atFlag, ...evidenceFlags],
  help: `A line that begins with # says to what the bytes after it belong (path + offset in it), what kind they are where they are
not plain data, and where they lie in the files of the image (~: packed, the place is that of the whole block).

  vestige read M01.E01 0 512
  vestige read M01.E01 63s 1s
  vestige read M01.E01 0 4K --at p2
  vestige read M01.E01 0 64 --at p1/fat:/folder/letter.doc`,
  async run(context) {
    const { readOf } = await import("../read-source.ts");
    return readOf(context);
  },
};
