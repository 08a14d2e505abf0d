/** UDF volumes of published images against what independent tools say of them. Differences are explained in test/differential/udf.md. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../../../native-free/bytes/byte-source.ts";
import { udfFormat } from "../../../../native-free/filesystems/udf/format.ts";
import type { FileSystem } from "../../../../native-free/filesystems/file-system.ts";
import { hasPublished, mediumOf } from "../../../fixtures/filesystems/published.ts";
import { codes, walk } from "../../../fixtures/filesystems/walked.ts";

const blkid = "images/util-linux/tests/ts/blkid/images-fs";

/** Of `udfinfo` 2.3: revision, label, block size, files with their content; what else there is to say. */
const images: readonly {
  readonly image: string;
  readonly variant: string;
  readonly label: string;
  readonly blockBytes: number;
  readonly uuid: string;
  readonly free: number | null;
  readonly files: Readonly<Record<string, string>>;
  readonly codes: readonly string[];
}[] = [
  {
    ...{ image: `${blkid}/udf-bdr-2.60-nero.img.xz`, variant: "UDF 2.60", label: "Label", blockBytes: 2048 },
    ...{ uuid: "3B4A858DC4B57A72", free: null, files: { "/test.txt": "" }, codes: ["filesystem/hidden-data"] },
  },
  {
    ...{ image: `${blkid}/udf-cd-nero-6.img.xz`, variant: "UDF 2.01", label: "UDF Label", blockBytes: 2048 },
    ...{ uuid: "4AA16678B55E9987", free: null, files: { "/test.txt": "test\n" }, codes: [] },
  },
  {
    ...{ image: `${blkid}/udf-hdd-mkudffs-1.0.0-1.img.xz`, variant: "UDF 2.01", label: "LinuxUDF", blockBytes: 512 },
    ...{ uuid: "54aeb252LinuxUDF", free: 19_940, files: {}, codes: [] },
  },
  {
    ...{ image: `${blkid}/udf-hdd-mkudffs-1.3-2.img.xz`, variant: "UDF 2.01", label: "Label", blockBytes: 2048 },
    ...{ uuid: "5906e7a800531574", free: 4585, files: {}, codes: [] },
  },
  {
    ...{ image: `${blkid}/udf-hdd-mkudffs-1.3-3.img.xz`, variant: "UDF 2.01", label: "Ã¿", blockBytes: 2048 },
    ...{ uuid: "5914e5d44790645a", free: 4585, files: {}, codes: [] },
  },
  {
    ...{ image: `${blkid}/udf-hdd-mkudffs-1.3-4.img.xz`, variant: "UDF 2.01", label: "Label", blockBytes: 1024 },
    ...{ uuid: "59418701b1e8322d", free: 9704, files: {}, codes: [] },
  },
  {
    // Left from an earlier formatting with blocks of 2048 bytes.
    ...{ image: `${blkid}/udf-hdd-mkudffs-1.3-7.img.xz`, variant: "UDF 2.01", label: "Label4096", blockBytes: 4096 },
    ...{ uuid: "5a08b6f521891529", free: 2025, files: {} },
    codes: ["filesystem/hidden-data", "filesystem/hidden-data"],
  },
  {
    ...{ image: `${blkid}/udf-hdd-udfclient-0.7.5.img.xz`, variant: "UDF 2.01", label: "discname", blockBytes: 512 },
    ...{ uuid: "20c624ac", free: 19_862, files: {}, codes: [] },
  },
  {
    ...{ image: `${blkid}/udf-hdd-udfclient-0.7.7.img.xz`, variant: "UDF 2.01", label: "discname", blockBytes: 512 },
    ...{ uuid: "54aeb3b66dd41fde", free: 19_862, files: {}, codes: [] },
  },
  {
    // The tool reads the first session, as it is told nothing of the others.
    ...{ image: `${blkid}/udf-multi-0-320-640-mkudffs.img.xz`, variant: "UDF 2.01", label: "third session" },
    ...{ blockBytes: 2048, uuid: "5fa6f33b0f78bab0", free: null, files: {} },
    codes: ["filesystem/hidden-data", "udf/earlier-sessions"],
  },
];

const opened = (image: string): FileSystem => udfFormat.open(new MemorySource(mediumOf(image)))!;

function understandsAll(fs: FileSystem, size: number): void {
  let at = 0;
  for (const { start, length, class: kind } of fs.account()) {
    expect(start).toBe(at);
    expect(kind).not.toBe("not-understood");
    at += length;
  }
  expect(at).toBe(size);
}

describe.skipIf(!hasPublished)("published UDF images (skipped where ../shared/data is absent)", () => {
  it.each(images.map((each) => [each.image.split("/").at(-1)!, each] as const))("%s", (_, wanted) => {
    const fs = opened(wanted.image);
    const { variant, label, blockBytes } = fs;
    expect({ variant, label, blockBytes }).toEqual({
      variant: wanted.variant,
      label: wanted.label,
      blockBytes: wanted.blockBytes,
    });
    const facts = new Map(fs.facts.map(({ name, value }) => [name, value]));
    expect(facts.get("uuid")).toBe(wanted.uuid);
    expect(facts.get("free-blocks") ?? null).toBe(wanted.free);
    const files = walk(fs).filter(({ entry }) => entry.kind === "file" && entry.nameClaim === "allocated");
    expect(
      Object.fromEntries(
        files.map(({ path, entry }) => [path, Buffer.from(readRange(fs.open(entry), 0, entry.size)).toString()]),
      ),
    ).toEqual(wanted.files);
    for (const { entry } of files) expect(entry.findings).toEqual([]);
    understandsAll(fs, mediumOf(wanted.image).length);
    expect(codes(fs)).toEqual(wanted.codes);
  });

  it("reads the same files from a bridge as 7-Zip and The Sleuth Kit from its ISO 9660 side", () => {
    const image = "images/libcdio/test/data/test-udf1.iso";
    const fs = opened(image);
    const digests = walk(fs).flatMap(({ entry }) =>
      entry.kind === "file"
        ? [
            createHash("sha256")
              .update(readRange(fs.open(entry), 0, entry.size))
              .digest("hex"),
          ]
        : [],
    );
    expect(digests.toSorted()).toEqual(truthOf(image).toSorted());
    understandsAll(fs, mediumOf(image).length);
    expect(Array.from(fs.account()).some(({ what }) => what === "ISO 9660 structures")).toBe(true);
  });
});

/** SHA-256 of the files, as recorded with the image. */
function truthOf(image: string): string[] {
  const folder = new URL("../../../../../shared/data/truth/", import.meta.url);
  const file = new URL(`${image.replaceAll("/", "__")}/vol0@0/tsk_alloc.sha256`, folder);
  return readFileSync(file, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split("\t")[0]!);
}
