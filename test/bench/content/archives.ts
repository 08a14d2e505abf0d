/**
 * Unpacking of archives against `7z t`: seconds for the same archives in turn, in one run, with every checksum verified by both. The product
 * reads each in one thread through its registered container, as the engine does, and throws the bytes away.
 */
import { spawnSync } from "node:child_process";
import { fstatSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { containerFor } from "../../../native-free/containers/index.ts";
import { FileSource } from "../../../workers/file-source.ts";
import { isInstalled, measure, median } from "../folder/measure.ts";

export interface ArchiveFigures {
  readonly archive: string;
  readonly packedBytes: number;
  readonly bytes: number;
  /** Seconds, the median of the rounds. */
  readonly product: number;
  /** Null where the program is absent or does not know the format. */
  readonly sevenZip: number | null;
}

/** Name, type, and the command that makes it of the folder's files. */
const archives: readonly (readonly [name: string, type: string, command: string])[] = [
  ["set.tar.gz", "gzip", "tar cf - files | gzip -6 > set.tar.gz"],
  ["set.zip", "zip", "zip -q -r set.zip files"],
  ["set.tar.zst", "zstd", "tar cf - files | zstd -q -3 > set.tar.zst"],
  ["set.tar.bz2", "bzip2", "tar cf - files/text-0 files/program-0 | bzip2 > set.tar.bz2"],
  ["set.tar.xz", "xz", "tar cf - files/text-0 files/program-0 | xz -1 > set.tar.xz"],
];

/** Half words, half machine code, in files of 4 MB. */
function makeFiles(folder: string, bytes: number): void {
  const fileBytes = 4_000_000;
  const program = readFileSync(process.execPath);
  spawnSync("mkdir", [path.join(folder, "files")]);
  let state = 1;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  const words = Array.from({ length: 5000 }, () =>
    Array.from({ length: 2 + next(9) }, () => "etaoinshrdlu"[next(12)]).join(""),
  );
  for (let index = 0; index * 2 * fileBytes < bytes; index++) {
    const text: string[] = [];
    for (let length = 0; length < fileBytes;) {
      const word = words[Math.min(next(5000), next(5000))]!;
      text.push(word);
      length += word.length + 1;
    }
    writeFileSync(path.join(folder, `files/text-${index}`), text.join(" "));
    const at = (index * fileBytes) % (program.length - fileBytes);
    writeFileSync(path.join(folder, `files/program-${index}`), program.subarray(at, at + fileBytes));
  }
}

/** Bytes of all children. Throws where one is not sound. */
async function unpack(file: string, type: string): Promise<number> {
  const handle = openSync(file, "r");
  const source = new FileSource(handle, fstatSync(handle).size, "-");
  try {
    const context = { passwords: [], beside: null, wholeLimitBytes: 1 << 28, textLimitChars: 1 << 24 };
    let bytes = 0;
    for await (const found of containerFor(type)!.extract(source, context)) {
      if (found.what !== "child" || !("open" in found.child.content)) continue;
      for await (const piece of found.child.content.open()) bytes += piece.length;
    }
    return bytes;
  } finally {
    source.close();
  }
}

/** Archives of `bytes` of files, unpacked `rounds` times by each, alternately; prints a line for each and returns the figures. */
export async function benchArchives(bytes = 200e6, rounds = 3): Promise<ArchiveFigures[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "vestige-bench-archives-"));
  const figures: ArchiveFigures[] = [];
  try {
    makeFiles(folder, bytes);
    for (const [name, type, command] of archives) {
      if (spawnSync("sh", ["-c", command], { cwd: folder }).status !== 0) continue;
      const found = await contest(path.join(folder, name), type, rounds);
      figures.push(found);
      process.stdout.write(`${lineOf(found)}\n`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return figures;
}

async function contest(file: string, type: string, rounds: number): Promise<ArchiveFigures> {
  const product: number[] = [];
  const sevenZip: number[] = [];
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    const begun = process.hrtime.bigint();
    bytes = await unpack(file, type);
    product.push(Number(process.hrtime.bigint() - begun) / 1e9);
    if (!isInstalled("7z")) continue;
    const done = await measure("7z", ["t", "-bd", file]);
    if (done.status === 0) sevenZip.push(done.seconds);
  }
  return {
    archive: path.basename(file),
    packedBytes: readFileSync(file).length,
    bytes,
    product: median(product),
    sevenZip: sevenZip.length > 0 ? median(sevenZip) : null,
  };
}

function lineOf({ archive, bytes, product, sevenZip }: ArchiveFigures): string {
  const speed = (seconds: number): string => `${(bytes / seconds / 1e6).toFixed(0)} MB/s`;
  const peer =
    sevenZip === null ? "7z t: not there" : `7z t ${speed(sevenZip)}, ratio ${(product / sevenZip).toFixed(2)}`;
  return `${archive.padEnd(12)} ${(bytes / 1e6).toFixed(0).padStart(4)} MB   product ${speed(product)}, ${peer}`;
}
