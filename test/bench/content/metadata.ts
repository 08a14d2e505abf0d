/**
 * Metadata of pictures and media by our readers against `exiftool -fast -r -json`, both over the same folder, in turn. The
 * published files of ../shared/data/metadata are laid there many times over; values of the agreed list are compared first.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { extractorFor } from "../../../native-free/extractors/index.ts";
import type { ExtractContext } from "../../../native-free/model/extraction.ts";
import { identify } from "../../../native-free/typing/index.ts";
import { agreedTags, agrees, expectedValues, type ExifToolRow } from "../../fixtures/agreed-tags.ts";
import { isInstalled, median } from "../folder/measure.ts";

const samples = fileURLToPath(new URL("../../../../shared/data/metadata/", import.meta.url));
const mediaNames = /\.(?:jpe?g|tiff?|mp[123]|m4a|flac|wav|webm|ogg|oga|spx|aiff?|wma|mpc|mka|bwf|aac)$/i;
const context: ExtractContext = { wholeLimitBytes: 64 << 20, textLimitChars: 4 << 20, passwords: [], beside: null };
const mostOutputBytes = 1 << 28;

export interface MetadataOptions {
  /** Files in the folder, about. */
  readonly files: number;
  readonly rounds: number;
  readonly say: (text: string) => void;
}

/** Our fields of one file, by name. */
type Fields = Map<string, string[]>;

/** Null where ExifTool or the samples are absent, which is said; else how many times faster we are. */
export async function benchMetadata({ files, rounds, say }: MetadataOptions): Promise<number | null> {
  if (!isInstalled("exiftool")) return skipped(say, "exiftool is not installed (Debian: libimage-exiftool-perl)");
  if (!existsSync(samples)) return skipped(say, "../shared/data is absent");
  const folder = mkdtempSync(path.join(tmpdir(), "vestige-bench-metadata-"));
  try {
    const names = layOut(folder, files);
    say(`${names.length} pictures, sounds and films`);
    await compare(folder, say);
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      const contestants = [
        async () => void ours.push(await timed(async () => void (await readAll(names)))),
        async () => void theirs.push(await timed(() => Promise.resolve(void exifTool(folder, ["-fast"])))),
      ];
      for (const contestant of round % 2 === 0 ? contestants : contestants.toReversed()) await contestant();
    }
    const ratio = median(theirs) / median(ours);
    say(
      `vestige ${median(ours).toFixed(2)} s, exiftool -fast ${median(theirs).toFixed(2)} s: ${ratio.toFixed(1)} times faster`,
    );
    return ratio;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function skipped(say: MetadataOptions["say"], why: string): null {
  say(`metadata: skipped, ${why}`);
  return null;
}

/** Copies of all samples in numbered folders, until there are enough; their paths. */
function layOut(folder: string, files: number): string[] {
  const sources = [...below(samples)].filter((name) => mediaNames.test(name));
  const names: string[] = [];
  for (let copy = 0; names.length < files && sources.length > 0; copy++) {
    for (const [index, source] of sources.entries()) {
      const target = path.join(folder, String(copy), String(index));
      mkdirSync(target, { recursive: true });
      names.push(path.join(target, path.basename(source)));
      copyFileSync(source, names.at(-1)!);
    }
  }
  return names;
}

function* below(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* below(name);
    else if (entry.isFile()) yield name;
  }
}

async function readFields(name: string): Promise<Fields> {
  const source = new MemorySource(readFileSync(name), "-");
  const reader = extractorFor((await identify(source)).id);
  const fields: Fields = new Map();
  if (!reader) return fields;
  for await (const extraction of reader.extract(source, context)) {
    if (extraction.what !== "field") continue;
    fields.set(extraction.name, [...(fields.get(extraction.name) ?? []), extraction.value]);
  }
  return fields;
}

/** Types, reads and writes down every file, as JSON as the other does. */
async function readAll(names: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const name of names) bytes += JSON.stringify([name, ...(await readFields(name))]).length;
  return bytes;
}

function exifTool(folder: string, more: readonly string[]): string {
  const flags = ["-r", "-json", "-G1", "-q", "-q", ...more, folder];
  try {
    return execFileSync("exiftool", flags, {
      encoding: "utf8",
      maxBuffer: mostOutputBytes,
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch (error) {
    // It ends with 1 where it warns of a file.
    const { stdout } = error as { stdout?: unknown };
    if (typeof stdout === "string" && stdout !== "") return stdout;
    throw error;
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - started) / 1e9;
}

/** Of the first copy; what differs is said. */
async function compare(folder: string, say: MetadataOptions["say"]): Promise<void> {
  const rows = JSON.parse(exifTool(path.join(folder, "0"), [])) as ExifToolRow[];
  let equal = 0;
  const differing: string[] = [];
  for (const row of rows) {
    const name = String(row["SourceFile"]);
    const fields = await readFields(name);
    for (const tag of agreedTags) {
      for (const expected of expectedValues(row, tag)) {
        if (agrees(tag, expected, fields.get(tag.field) ?? [])) equal++;
        else differing.push(`${path.basename(name)} ${tag.field}`);
      }
    }
  }
  say(
    `${equal} values of the agreed list are equal, ${differing.length} differ${differing.length > 0 ? `: ${differing.join(", ")}` : ""}`,
  );
}
