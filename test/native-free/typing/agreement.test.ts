/**
 * How many published files three programs type right: this registry, libmagic (recorded answers of `file`), and the package
 * file-type alone. One rule for all: an answer is right when the publisher's own extension belongs to the type, to what it is
 * a kind of, or to its family. Where the extension says nothing, the recorded differences decide; what they do not settle
 * does not count. libmagic is right as well wherever its recorded answer is a normalised form of a right one of ours.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileTypeFromBuffer } from "file-type";
import { format } from "prettier";
import { beforeAll, describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { extensionOf, contradicts, typesByExtension } from "../../../native-free/typing/extension.ts";
import { idForPackageExtension } from "../../../native-free/typing/file-type-ids.ts";
import { identify, typeRegistry } from "../../../native-free/typing/index.ts";
import { normalisations } from "./normalisations.ts";

const data = new URL("../../../../shared/data/", import.meta.url);
const truth = new URL("truth/file-mime.tsv", data);
const record = new URL("agreement.md", import.meta.url);
const folders = ["typed", "documents", "mail", "archives", "metadata", "artefacts", "encrypted"];
/** Bytes that the package is given; it asks for far less. */
const packageBytes = 1 << 20;

/** A registry hive, published under the name of a text. */
const mislead = ["./artefacts/velociraptor/artifacts/testdata/files/yara_test.txt"];

const decided = new Map(
  readFileSync(new URL("disagreements.tsv", import.meta.url), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split("\t"))
    .map(([path = "", , , right = ""]) => [path, right] as const),
);

const idsByMime = new Map<string, string[]>();
for (const { id, mime } of typeRegistry.values()) idsByMime.set(mime, [...(idsByMime.get(mime) ?? []), id]);

interface Score {
  files: number;
  settled: number;
  ours: number;
  libmagic: number;
  fileType: number;
}

const isNamed = (id: string | null, name: string): boolean =>
  id !== null && id !== "unknown" && !contradicts({ id, alternatives: [] }, name);

/** Whether a name says what the file is: its extension belongs to a type and is not one that many programs use. */
function isTelling(name: string): boolean {
  const extension = extensionOf(name);
  return (
    extension !== null &&
    typesByExtension(extension).length > 0 &&
    contradicts({ id: "unknown", alternatives: [] }, name)
  );
}

/** Null where neither name nor record settles what the file is. */
async function judge(path: string, theirs: string): Promise<Omit<Score, "files" | "settled"> | null> {
  const name = path.split("/").pop()!;
  const bytes = readFileSync(new URL(path.split("/").map(encodeURIComponent).join("/"), data));
  if (bytes.length === 0) return null;
  const { id, mime } = await identify(new MemorySource(bytes));
  const says = decided.get(path);
  const agrees = mime === theirs || normalisations.some((entry) => entry.theirs === theirs && entry.ours.includes(id));
  const telling = isTelling(name);
  if (!telling && says === undefined) return null;
  const ours = says === "ours" || says === "both" || (telling && says !== "theirs" && isNamed(id, name));
  const named =
    telling && [...(idsByMime.get(theirs) ?? []), ...otherNames(theirs)].some((each) => isNamed(each, name));
  const libmagic = says === "theirs" || says === "both" || (says !== "ours" && (named || (agrees && ours)));
  const found = await fileTypeFromBuffer(bytes.subarray(0, packageBytes)).catch(() => undefined);
  const packaged = found ? idForPackageExtension(found.ext) : null;
  const isSame = packaged !== null && packaged === id && ours;
  const fileType = isSame || (telling && (isNamed(packaged, name) || found?.ext === extensionOf(name)));
  return { ours: Number(ours), libmagic: Number(libmagic), fileType: Number(fileType) };
}

const otherNames = (theirs: string): readonly string[] =>
  theirs === "application/octet-stream"
    ? []
    : normalisations.filter((entry) => entry.theirs === theirs).flatMap((entry) => entry.ours);

function tableOf(scores: ReadonlyMap<string, Score>): string {
  const lines = [...scores].map(
    ([folder, { files, settled, ours, libmagic, fileType }]) =>
      `| ${folder} | ${files} | ${settled} | ${ours} | ${libmagic} | ${fileType} |`,
  );
  return `# Types of published files

Written by agreement.test.ts, which says what counts as right. libmagic 5.44 as recorded; file-type as installed.

| Folder | Files | Settled | Vestige | libmagic | file-type |
| --- | ---: | ---: | ---: | ---: | ---: |
${lines.join("\n")}
`;
}

describe.skipIf(!existsSync(truth))("published files (skipped where ../shared/data is absent)", () => {
  const scores = new Map<string, Score>();
  const worse: string[] = [];
  const newScore = (): Score => ({ files: 0, settled: 0, ours: 0, libmagic: 0, fileType: 0 });

  beforeAll(async () => {
    const total = newScore();
    for (const folder of folders) scores.set(folder, newScore());
    for (const line of readFileSync(truth, "utf8").trim().split("\n")) {
      const [path = "", mime = ""] = line.split("\t");
      const score = scores.get(path.split("/")[1] ?? "");
      if (!score || !existsSync(new URL(path.split("/").map(encodeURIComponent).join("/"), data))) continue;
      const right = await judge(path.slice(2), mime.replace(/^: /, "").trim());
      for (const each of [score, total]) {
        each.files++;
        each.settled += Number(right !== null);
        each.ours += right?.ours ?? 0;
        each.libmagic += right?.libmagic ?? 0;
        each.fileType += right?.fileType ?? 0;
      }
      if (right && right.ours < Math.max(right.libmagic, right.fileType)) worse.push(path);
    }
    scores.set("all", total);
  }, 60_000);

  it("are typed right at least as often as by libmagic and by file-type, in every folder", () => {
    for (const [folder, { settled, ours, libmagic, fileType }] of scores) {
      expect(settled, folder).toBeGreaterThan(10);
      expect(ours, folder).toBeGreaterThanOrEqual(libmagic);
      expect(ours, folder).toBeGreaterThanOrEqual(fileType);
    }
  });

  it("are typed wrong by us and right by another where the publisher's name misleads, and nowhere else", () => {
    expect(worse).toEqual(mislead);
  });

  it("give the recorded table", async () => {
    const table = await format(tableOf(scores), { parser: "markdown" });
    if (process.env["VESTIGE_RECORD"] === "1") writeFileSync(record, table);
    expect(table).toBe(readFileSync(record, "utf8"));
  });
});
