/** Images of media as contents: files, deleted files, unallocated space; volumes that others read. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { diskImageContainer } from "../../../../native-free/containers/disk-image/container.ts";
import { containerFor } from "../../../../native-free/containers/index.ts";
import { packedSeeds } from "../../../fixtures/reader-seeds/packed.ts";
import { readWith } from "../../../fixtures/extraction-reader.ts";

const images = new URL("../../../../../shared/data/images/", import.meta.url);

describe("an image of a medium as a content", () => {
  it("gives files, deleted files and unallocated space", async () => {
    const floppy = (await packedSeeds()).find(([name]) => name === "floppy.img")![1];
    const { children, thrown } = await readWith(diskImageContainer, floppy);
    expect(thrown).toBeNull();
    const first = children.find(({ child }) => child.name.text === "FIRST.TXT")!;
    expect(first.bytes.toString()).toBe("a first text of some length, and again: a first text of some length\n");
    expect(first.child.origin).toBe("entry");
    expect(first.child.key).toBe("fat:1536");
    const second = children.find(({ child }) => child.name.text === "_ECOND.TXT")!;
    expect(second.bytes.toString()).toBe("the second text\n");
    expect(second.child.origin).toBe("embedded");
    expect(second.child.findings.map(({ code }) => code)).toContain("packed/deleted");
    const space = children.find(({ child }) => child.name.text.startsWith("#unallocated@"))!;
    expect(space.bytes.includes("the second text")).toBe(true);
  });

  it("does not take the boot sector of a volume, which is a file in it, for an image with files", async () => {
    const floppy = (await packedSeeds()).find(([name]) => name === "floppy.img")![1];
    const { children } = await readWith(diskImageContainer, floppy);
    const boot = children.find(({ child }) => child.name.text === "$Boot")!;
    expect(boot.bytes).toHaveLength(512);
    expect((await readWith(diskImageContainer, boot.bytes)).children).toEqual([]);
  });

  it("gives the structures of a volume without files", async () => {
    const floppy = (await packedSeeds()).find(([name]) => name === "floppy.img")![1];
    // The root directory and what follows it.
    const { children } = await readWith(diskImageContainer, new Uint8Array(floppy).fill(0, 1536));
    expect(children.map(({ child }) => child.name.text)).toEqual(["$Boot", "$FAT1", "$FAT2", "chain@2"]);
  });

  it("says so where nothing of the medium can be read", async () => {
    const { children, statuses, findings } = await readWith(diskImageContainer, new Uint8Array(8192).fill(1));
    expect(children).toEqual([]);
    expect(statuses).toEqual(["partial:unsupported"]);
    expect(findings.map(({ code }) => code)).toContain("packed/image-unread");
  });
});

describe.skipIf(!existsSync(images))("published images (skipped where the shared test data are absent)", () => {
  // Plaso's tests: sizes and names in the ext2 volume.
  it("qcow2 with ext2", async () => {
    const bytes = readFileSync(new URL("plaso/test_data/image.qcow2", images));
    const { children } = await readWith(diskImageContainer, bytes);
    const sizeOf = (name: string): number | null =>
      children.find(({ child }) => child.name.text === name)?.child.size ?? null;
    expect(sizeOf("passwords.txt")).toBe(116);
    expect(sizeOf("a_directory/another_file")).toBe(22);
    expect(sizeOf("a_directory/a_file")).toBe(53);
  });

  it("dmg with HFS+: the volume is a child that 7-Zip reads", async () => {
    const bytes = readFileSync(new URL("plaso/test_data/hfsplus_zlib.dmg", images));
    const { children } = await readWith(diskImageContainer, bytes);
    expect(children.map(({ child }) => child.name.text)).toEqual(["p1"]);
    const inner = await readWith(containerFor("hfsplus")!, children[0]!.bytes);
    const file = inner.children.find(({ child }) => child.name.text.endsWith("passwords.txt"))!;
    // The same file as in the other images of that set.
    const other = readFileSync(new URL("plaso/test_data/image.qcow2", images));
    const twin = (await readWith(diskImageContainer, other)).children.find(
      ({ child }) => child.name.text === "passwords.txt",
    )!;
    expect(file.bytes.equals(twin.bytes)).toBe(true);
  });
});
