/** What headers of encrypted volumes say, of published ones and of an APFS container written from its description. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { recogniseVolume, type RecognisedVolume } from "../../../native-free/filesystems/signatures.ts";
import { publishedData, publishedMedium } from "../../fixtures/published-media.ts";

const recognised = (bytes: Uint8Array): RecognisedVolume[] => recogniseVolume(new MemorySource(bytes));
const kinds = (bytes: Uint8Array): string[] => recognised(bytes).map(({ kind }) => kind);
const factsIn = (bytes: Uint8Array): Record<string, string | number> =>
  Object.fromEntries(recognised(bytes)[0]!.facts.map(({ name, value }) => [name, value]));

const encrypted = `${publishedData}encrypted/cryptsetup/tests/`;

/** Unpacked by name and removed again; BitLocker's are 100 MB each, one is enough. */
function unpacked<T>(archive: string, names: readonly string[], use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "vestige-encrypted-"));
  try {
    const once = names.some((name) => name.includes("/")) ? ["--occurrence=1"] : [];
    const into = ["-C", folder, "--strip-components=1"];
    execFileSync("tar", ["-xJf", encrypted + archive, ...into, ...once, ...names]);
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe.skipIf(!existsSync(encrypted))("published encrypted volumes (skipped where ../shared/data is absent)", () => {
  it("LUKS1 of every cipher", () => {
    unpacked("luks1-images.tar.xz", ["luks1-images"], (folder) => {
      const files = readdirSync(folder).filter((name) => name.endsWith(".img"));
      expect(files).toHaveLength(12);
      for (const file of files) {
        const bytes = readFileSync(join(folder, file));
        const [, cipher = "", hash = ""] = /^luks1_(.*)-(\w+)\.img$/.exec(file) ?? [];
        const own = cipher.replace("essiv-", "essiv:");
        expect(kinds(bytes)).toEqual(["LUKS1"]);
        expect(factsIn(bytes)).toMatchObject({ encryption: `${own}, 256 bits, ${hash}`, "key-slots": "1 of 8" });
      }
    });
  });

  it("LUKS2 with its key slots, ciphers and tokens", () => {
    const bytes = publishedMedium("encrypted/cryptsetup/tests/compatimage2.img.xz");
    expect(recognised(bytes)).toMatchObject([{ kind: "LUKS2", role: "encrypted" }]);
    const values = { encryption: "aes-cbc-essiv:sha256", "key-slots": "2: luks2 pbkdf2, luks2 argon2id" };
    expect(factsIn(bytes)).toMatchObject(values);
    bytes.fill(0, 0, 4096);
    expect(factsIn(bytes)).toMatchObject({ ...values, hint: "first header gone" });
    bytes.fill(0x7b, 0x4000 + 4096, 0x4000 + 4200);
    expect(factsIn(bytes)).toMatchObject({ "key-slots": "metadata damaged" });
  });

  it("VeraCrypt and TrueCrypt, as possible", () => {
    unpacked("tcrypt-images.tar.xz", ["tcrypt-images"], (folder) => {
      const files = readdirSync(folder).filter((name) => /^(tc|vc|vck|tck|vcpim)_/.test(name));
      expect(files.length).toBeGreaterThan(70);
      for (const file of files) {
        expect([file, ...kinds(readFileSync(join(folder, file)))]).toEqual([
          file,
          "possibly VeraCrypt, TrueCrypt or plain dm-crypt",
        ]);
      }
    });
  });

  it("BitLocker To Go, with who protects its keys", () => {
    unpacked("bitlk-images.tar.xz", ["bitlk-images/bitlk-togo-aes-cbc-128.img"], (folder) => {
      expect(factsIn(readFileSync(join(folder, "bitlk-togo-aes-cbc-128.img")))).toEqual({
        kind: "BitLocker To Go",
        version: "Windows 7 or later",
        uuid: "e75379cf-8b7b-48d7-9210-84b63e730cf5",
        encryption: "AES-CBC 128",
        created: "2019-07-04T06:42:02.469Z",
        "key-slots":
          "password {B8A05EFC-7939-4393-B4A7-DF3EA480530B}, recovery password {7B15C1AF-DEFA-4A3F-A89F-45B93812337E}",
        description: "DESKTOP-NPM7RCA G: 7/3/2019",
      });
    });
  });

  it("BitLocker of Windows 10", () => {
    const bytes = publishedMedium("images/util-linux/tests/ts/blkid/images-fs/bitlocker-win7.img.xz");
    expect(factsIn(bytes)).toMatchObject({ encryption: "AES-XTS 128", uuid: "83330ba8-07b7-4ea8-b641-ff7bdf18f6b3" });
  });
});

describe("volumes of an APFS container", () => {
  const block = 4096;

  /** A container with two volumes, of which those with a flag of 0 are encrypted; the newer superblock is in the checkpoint. */
  function container(flags: readonly number[]): Buffer {
    const medium = Buffer.alloc(64 * block);
    for (const [place, transaction] of [
      [0, 1],
      [3, 7],
    ] as const) {
      const superblock = medium.subarray(place * block, (place + 1) * block);
      superblock.writeUInt32LE(transaction, 16);
      superblock.write("NXSB", 32);
      superblock.writeUInt32LE(block, 36);
      superblock.writeUInt32LE(64, 40);
      superblock.writeUInt32LE(4, 104);
      superblock.writeUInt32LE(1, 112);
      superblock.writeUInt32LE(transaction === 7 ? 10 : 20, 160);
      flags.forEach((_, index) => superblock.writeUInt32LE(1026 + index, 184 + 8 * index));
    }
    medium.writeUInt32LE(11, 10 * block + 48);
    const node = medium.subarray(11 * block, 12 * block);
    node.writeUInt16LE(7, 32);
    node.writeUInt32LE(flags.length, 36);
    node.writeUInt16LE(64, 42);
    flags.forEach((flag, index) => {
      node.writeUInt16LE(16 * index, 56 + 4 * index);
      node.writeUInt16LE(16 * (index + 1), 58 + 4 * index);
      node.writeUInt32LE(1026 + index, 120 + 16 * index);
      node.writeUInt32LE(20 + index, block - 40 - 16 * (index + 1) + 8);
      const volume = medium.subarray((20 + index) * block, (21 + index) * block);
      volume.write("APSB", 32);
      volume.writeUInt32LE(flag, 264);
      volume.write(`Volume ${index}`, 704);
    });
    return medium;
  }

  it("are named where they are encrypted", () => {
    expect(kinds(container([1, 1]))).toEqual(["APFS"]);
    const found = recognised(container([1, 0]));
    expect(found.map(({ kind, label, role }) => [kind, label, role])).toEqual([
      ["encrypted APFS", "Volume 1", "encrypted"],
      ["APFS", null, "file system"],
    ]);
    expect(found[0]!.facts).toContainEqual(
      expect.objectContaining({ name: "encryption", value: expect.stringContaining("1 of 2 volumes: Volume 1 {") }),
    );
  });

  it("are looked for without end nowhere", () => {
    const medium = container([0, 0]);
    // A tree that leads to itself.
    medium.writeUInt16LE(1, 11 * block + 34);
    for (const index of [0, 1]) medium.writeUInt32LE(11, 11 * block + block - 40 - 16 * (index + 1));
    expect(kinds(medium)).toEqual(["APFS"]);
  });
});
