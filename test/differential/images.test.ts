/**
 * `vestige info` over every published image and encrypted sample: what it is opened as, and whether the SHA-256 of the medium is
 * what other tools gave. The table is images.md beside this file; `VESTIGE_RECORD=1` writes it anew. A row that changes fails. The same walk makes filesystems.md: what
 * the volumes hold.
 */
import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { survey } from "../../native-free/layers/survey.ts";
import { isOperatorError } from "../../src/messages/operator-error.ts";
import { freshFolder } from "../fixtures/evidence-folder.ts";
import { fileSystemHead, fileSystemRows } from "./filesystem-rows.ts";
import { openEvidence, type OpenedEvidence } from "../../src/source/evidence.ts";

const data = fileURLToPath(new URL("../../../shared/data/", import.meta.url));
const table = fileURLToPath(new URL("images.md", import.meta.url));
const fileSystemTable = fileURLToPath(new URL("filesystems.md", import.meta.url));
const absent = existsSync(data) ? null : "the published data is not beside the project";
/** Larger media are opened and not hashed here; the tests of their formats hash those that have a truth. */
const mostHashedBytes = 2 ** 27;

interface Truth {
  readonly size: number | null;
  readonly sha256: string;
}

function readTruth(): Map<string, Truth> {
  const [head = "", ...lines] = readFileSync(join(data, "truth/SUMMARY.tsv"), "utf8").trimEnd().split("\n");
  expect(head.split("\t").slice(0, 3)).toEqual(["image", "media_size", "media_sha256"]);
  return new Map(
    lines.map((line) => {
      const [image = "", size = "", sha256 = ""] = line.split("\t");
      return [image, { size: size === "" ? null : Number(size), sha256 }];
    }),
  );
}

/** Files that describe others. */
const described =
  /\.(right|json|xml|md|txt|jpg|turtle|tsv)$|\/[0-9]+$|-test$|\/README$|\/keyfile\d?$|\/tests\/expected\//;
/** Where the truth is another tool's reading and the specification says otherwise. */
const explained: Readonly<Record<string, string>> = {
  "images/go-ntfs/tests/ads_with_same_ids/charlie.dd.bz2":
    "size by the footer's current size (VHD specification); the truth is cylinders × heads × sectors",
  "images/qemu/tests/qemu-iotests/sample_images/virtualpc-dynamic.vhd.bz2":
    "size by the footer's current size (VHD specification); the truth is cylinders × heads × sectors",
};

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !described.test(file))
    .sort();
}

/** The members of an archive of samples, each with a name for the table. */
function unpacked(file: string, name: string, scratch: string): (readonly [path: string, shown: string])[] {
  const folder = join(scratch, basename(file));
  mkdirSync(folder);
  const { status, stderr } = spawnSync("tar", ["xJf", file, "-C", folder], { encoding: "utf8" });
  expect(status, stderr).toBe(0);
  return filesIn(folder).map((path) => [path, `${name}/${relative(folder, path)}`] as const);
}

/** Without a truth of others the image's own hashes count, where it has any. */
function storedVerdict(evidence: OpenedEvidence): string {
  const { storedHashes, size } = evidence.medium.image;
  const [algorithm, value] = Object.entries(storedHashes).find(([name]) => name === "sha1" || name === "md5") ?? [];
  if (algorithm === undefined || size > 2 * mostHashedBytes) return "no truth recorded";
  const holds = hashOf(evidence, algorithm) === value;
  return holds ? `stored ${algorithm.toUpperCase()} holds` : `stored ${algorithm.toUpperCase()} DIFFERS`;
}

function hashOf({ medium }: OpenedEvidence, algorithm = "sha256"): string {
  const hash = createHash(algorithm);
  const step = Buffer.alloc(1 << 20);
  for (let at = 0; at < medium.image.size; at += step.length) {
    const count = medium.image.readInto(step.subarray(0, Math.min(step.length, medium.image.size - at)), at);
    hash.update(step.subarray(0, count));
  }
  return hash.digest("hex");
}

function verdictOf(evidence: OpenedEvidence, truth: Truth | undefined): string {
  const { size } = evidence.medium.image;
  if (!truth) return storedVerdict(evidence);
  if (truth.size !== null && truth.size !== size) return `size ${size}, truth ${truth.size}`;
  if (truth.sha256 === "") return truth.size === null ? storedVerdict(evidence) : "size equals truth";
  if (size > mostHashedBytes) return "size equals truth, not hashed";
  return hashOf(evidence) === truth.sha256 ? "SHA-256 equals truth" : "SHA-256 DIFFERS";
}

/** What stands in the volumes, in one line. */
function contentOf({ medium }: OpenedEvidence): string {
  const words: string[] = [];
  for (const found of survey(medium)) {
    if (found.what === "nested") words.push(`image inside: ${found.path}`);
    if (found.what !== "volume" || found.node.kind === "gap") continue;
    const { node, opened } = found;
    if (node.system) words.push(node.system.format);
    else {
      const kinds = node.recognised.map(({ kind }) => kind).join(" + ");
      words.push(`${node.path === "" ? "" : `${node.path}: `}${kinds || opened.fileSystem?.variant || "?"}`);
    }
  }
  return words.join(", ");
}

async function rowOf(
  file: string,
  name: string,
  truth: ReadonlyMap<string, Truth>,
  volumes: string[],
): Promise<string> {
  try {
    const evidence = await openEvidence(file, { limitBytes: 2 ** 33 });
    try {
      const { unwrapped, medium } = evidence;
      const wrapped = unwrapped ? ` (in ${unwrapped.kind})` : "";
      volumes.push(...fileSystemRows(name, medium, join(data, "truth", name.replaceAll("/", "__"))));
      const verdict = explained[name] ?? verdictOf(evidence, truth.get(name));
      return `| ${name} | ${medium.image.format}${wrapped} | ${medium.image.size} | ${contentOf(evidence)} | ${verdict} |`;
    } finally {
      evidence.close();
    }
  } catch (error) {
    if (!isOperatorError(error)) throw error;
    const reason = error.message.replaceAll(data, "").replace(/^Expected [^,]*, found:? ?/, "");
    return `| ${name} | not opened | ${statSync(file).size} | | ${reason} |`;
  }
}

describe("published images", () => {
  it("are opened as the table says", { timeout: 600_000 }, async ({ skip }) => {
    if (absent !== null) return skip(absent);
    const truth = readTruth();
    const files = ["images", "encrypted"].flatMap((folder) => filesIn(join(data, folder)));
    expect(files.length).toBeGreaterThan(140);
    const rows: string[] = [];
    const volumes: string[] = [];
    const scratch = freshFolder("published");
    try {
      for (const file of files) {
        const name = relative(data, file);
        for (const [path, shown] of file.endsWith(".tar.xz")
          ? unpacked(file, name, scratch)
          : [[file, name] as const]) {
          rows.push(await rowOf(path, shown, truth, volumes));
        }
      }
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
    const head = [
      "# Published images, as Vestige opens them",
      "",
      "Made by `test/differential/images.test.ts`. The truth is what The Sleuth Kit, libewf, libyal, qemu-img and 7-Zip gave.",
      "",
      "| File | Opened as | Bytes of the medium | Content | Against the truth |",
      "| --- | --- | --- | --- | --- |",
    ];
    const text = `${[...head, ...rows].join("\n")}\n`;
    const systems = `${[...fileSystemHead, ...volumes].join("\n")}\n`;
    if (process.env["VESTIGE_RECORD"] === "1") {
      writeFileSync(table, text);
      writeFileSync(fileSystemTable, systems);
    }
    expect(text).toBe(readFileSync(table, "utf8"));
    expect(systems).toBe(readFileSync(fileSystemTable, "utf8"));
  });
});
