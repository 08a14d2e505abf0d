/** What a table says of every volume of a medium: what Vestige lists and understands of it, against what The Sleuth Kit gave. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readRange } from "../../native-free/bytes/byte-source.ts";
import type { FileSystem } from "../../native-free/filesystems/file-system.ts";
import { accountOf, type AccountPart } from "../../native-free/layers/account.ts";
import type { Medium } from "../../native-free/layers/resolve.ts";
import { fileSystemOf, mayHoldFiles, nodesOf, type VolumeNode } from "../../native-free/layers/volume-tree.ts";

export const fileSystemHead = [
  "# File systems of the published images",
  "",
  "Made by `test/differential/images.test.ts`: a row for each volume. *Allocated* and *deleted*: files with content, as listed here and as",
  "exported by The Sleuth Kit 4.11.1 (`tsk_recover`); *same*: contents of that list which are here with the same SHA-256. *Not understood*: bytes",
  "of the volume that no reader explains, which may only become fewer. The documents beside this one explain the differences.",
  "",
  "| Image | Volume | File system | Allocated / TSK | Same | Deleted / TSK | Same | Not understood |",
  "| --- | --- | --- | --- | --- | --- | --- | --- |",
];

/** Larger files are counted and not hashed. */
const mostHashed = 64 << 20;
/** Media above have no truth of files. */
const mostBytes = 2 ** 31;

interface Counted {
  readonly count: number;
  readonly hashes: ReadonlySet<string>;
}

/** `truth`: the folder of the image in the truth of the data. */
export function fileSystemRows(name: string, medium: Medium, truth: string): string[] {
  if (medium.image.size > mostBytes || medium.image.size === 0) return [];
  const account = accountOf(medium);
  return Array.from(nodesOf(medium.volumes))
    .filter(mayHoldFiles)
    .map((node) => rowOf(name, node, truth, account.parts.find(({ path }) => path === node.path) ?? null));
}

function rowOf(name: string, node: VolumeNode, truth: string, part: AccountPart | null): string {
  const { fileSystem, problem } = fileSystemOf(node);
  const open = part?.sums["not-understood"] ?? 0;
  const volume = node.path === "" ? "(medium)" : node.path;
  if (!fileSystem) {
    const kinds = node.recognised.map(({ kind }) => kind).join(" + ");
    const word = problem ? `${kinds}: ${problem.code}` : `${kinds || "unknown"}, not read`;
    return `| ${name} | ${volume} | ${word} | | | | | ${open} |`;
  }
  const [allocated, deleted] = [hashesOf(fileSystem, true), hashesOf(fileSystem, false)];
  const theirs = truthOf(truth, node.start ?? 0);
  const cells = [
    [allocated, theirs.allocated],
    [deleted, theirs.deleted],
  ] as const;
  const compared = cells.map(([own, other]) => {
    if (other === null) return `${own.count} / – | –`;
    const same = other.filter((hash) => own.hashes.has(hash)).length;
    return `${own.count} / ${other.length} | ${same} of ${other.length}`;
  });
  return `| ${name} | ${volume} | ${fileSystem.variant} | ${compared.join(" | ")} | ${open} |`;
}

/** Of files with content: regular ones and further streams, allocated or not. */
function hashesOf(fileSystem: FileSystem, allocated: boolean): Counted {
  const hashes = new Set<string>();
  let count = 0;
  for (const entry of fileSystem.entries()) {
    if ((entry.nameClaim === "allocated") !== allocated || entry.size === 0) continue;
    const isContent = entry.kind === "file" || entry.kind === "stream" || entry.kind === "metadata";
    if (!isContent) continue;
    if (entry.kind === "file") count += 1;
    if (entry.size > mostHashed) continue;
    const bytes = readRange(fileSystem.open(entry), 0, entry.size);
    hashes.add(createHash("sha256").update(bytes).digest("hex"));
  }
  return { count, hashes };
}

/** SHA-256 of the files that were exported from the volume at `start`; null where nothing was. */
function truthOf(folder: string, start: number): { allocated: string[] | null; deleted: string[] | null } {
  const volumes = existsSync(folder) ? readdirSync(folder) : [];
  const volume = volumes.find((each) => each.startsWith("vol") && each.endsWith(`@${start}`));
  const list = (file: string): string[] | null => {
    const path = join(folder, volume ?? "none", file);
    if (!existsSync(path)) return null;
    const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
    return lines.map((line) => line.slice(0, 64));
  };
  return { allocated: list("tsk_alloc.sha256"), deleted: list("tsk_deleted.sha256") };
}
