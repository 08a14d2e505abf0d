/** `vestige scan`: files, features and terms of watch-lists in every byte of a source. */
import { scanScopes } from "../../scan/scan-scopes.ts";
import type { Command } from "../command.ts";
import { evidenceFlags } from "../evidence-flags.ts";

export const scanCommand: Command = {
  name: "scan",
  summary: "find lost files, identifiers and terms of watch-lists in every byte of a source, without a case",
  group: "source",
  args: [{ name: "SOURCE", summary: "image (any of its files), device, folder, or any file", optional: true }],
  flags: [
    { name: "to", value: "FOLDER", summary: "new or empty folder for the carved files and the tables" },
    { name: "force-new", summary: "remove what a scan left in the folder of --to that did not come to its end" },
    {
      name: "scope",
      value: "WHAT",
      choices: [...scanScopes],
      summary:
        "all (default): files under their names, then slack and free space; space: only what no file has; whole: the medium as it is, without its file systems",
    },
    { name: "at", value: "PATH", summary: "only what lies below this forensic path: p1, p2/ntfs:/Users" },
    { name: "files", value: "KINDS", summary: "carve these kinds only (jpeg,pdf,docx …); none: carve nothing" },
    { name: "features", value: "KINDS", summary: "look for these identifiers only (iban,container …); none: for none" },
    {
      name: "list",
      value: "FILE",
      repeat: true,
      summary: "a watch-list, or a folder of them; may be given several times",
    },
    {
      name: "quality",
      value: "LEAST",
      choices: ["valid", "valid-check", "pattern", "invalid-check"],
      summary: "tell only features that are at least so good (default: all of them)",
    },
    { name: "no-streams", summary: "do not look into gzip, ZIP, PDF and base64" },
    { name: "workers", value: "N", summary: "threads (default: one for each core)" },
    { name: "list-kinds", summary: "say which kinds of files and identifiers there are, and end" },
    ...evidenceFlags,
  ],
  help: `Every byte is read once: files under their names, deleted ones too, then slack, free space and gaps. In slack, free space and
files that nobody knows how to read, files are carved: each is followed along its own structure to its end and is complete, truncated or a
fragment. Features are found in ASCII, UTF-8 and UTF-16, also inside of gzip, ZIP, PDF and base64. Each has one of four qualities: valid (the
check holds and the text around speaks for it), valid-check (the check holds), pattern (has the form), invalid-check (called so by the text around, and the check
fails: which can be the fraud).

  vestige scan M01.E01
  vestige scan M01.E01 --to found --list lists/precursors.txt
  vestige scan M01.E01 --scope space --files jpeg,docx --features none --to carved
  vestige scan pagefile.sys --features email,url,iban --json`,
  async run(context) {
    const { scanOf } = await import("../scan/scan.ts");
    return scanOf(context);
  },
};
