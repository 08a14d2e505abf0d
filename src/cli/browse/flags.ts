/** Flags that the commands share which browse images without a case. */
import type { Flag } from "../command.ts";
import { atFlag, evidenceFlags } from "../evidence-flags.ts";

export const placeFlags: readonly Flag[] = [atFlag, ...evidenceFlags];

export const sourceArgument = {
  name: "SOURCE",
  summary:
    "image (any of its files), device, or file taken as a medium; a forensic path may follow it: disk.E01/p1/ntfs:/Users",
};

export const hashFlags: readonly Flag[] = [
  { name: "hash", summary: "also read every content and give its SHA-256" },
  { name: "algorithms", value: "LIST", summary: "with --hash: md5, sha1, sha256 or several with commas between" },
];
