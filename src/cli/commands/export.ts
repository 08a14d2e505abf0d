/** `vestige export`: writes an image, a volume, a gap, a file or any range of them in another format. */
import type { Command } from "../command.ts";
import { machineFlags } from "../desk.ts";
import { atFlag, evidenceFlags } from "../evidence-flags.ts";
import { imageFlags } from "../imaging-flags.ts";

const taken = ["compression", "segment-size", "spare", "hash", "resume", "restart", "when-full", "independent"];

export const exportCommand: Command = {
  name: "export",
  summary: "write an image, a volume, a file in it or any range in another format, verified",
  group: "source",
  args: [{ name: "SOURCE", summary: "image (any of its files), device, or file taken as a medium" }],
  flags: [
    { name: "to", value: "PATH", summary: "folder and name without ending; - for standard output (raw)" },
    { name: "format", value: "NAME", summary: "raw (default), e01 or aff4", choices: ["raw", "e01", "aff4"] },
    atFlag,
    { name: "range", value: "FROM:LENGTH", summary: "bytes of it (decimal, 0x…, or with K, M, G, s: sectors of 512)" },
    ...imageFlags.filter(({ name }) => taken.includes(name)),
    ...machineFlags.filter(({ name }) => name === "workers"),
    ...evidenceFlags,
  ],
  help: `Hashes (MD5, SHA-1, SHA-256 and the list of 1 MiB blocks) are computed on the way, and what was written is read again and
compared before it gets its name. What cannot be had from the image is written as zeros and listed; the exit code is then 1.
Read a failing device with vestige acquire first.

  vestige export disk.vmdk --to /mnt/target/disk --format e01
  vestige export M01.E01 --at p2 --to /mnt/target/p2
  vestige export M01.E01 --range 0:1M --to - | xxd | less
  vestige export M01.E01 --at p1/fat:/vm/disk.qcow2/p1 --to inner --format raw`,
  async run(context) {
    const { exportOf } = await import("../export-source.ts");
    return exportOf(context);
  },
};
