/** What triage recognises in published images, against what blkid and The Sleuth Kit say of them. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import { Triage } from "../../../native-free/triage/triage.ts";

const data = fileURLToPath(new URL("../../../../shared/data/", import.meta.url));
const summary = `${data}truth/SUMMARY.tsv`;
const present = existsSync(summary);
const mostBytes = 36_000_000;

const kinds: Readonly<Record<string, string>> = {
  ...{ ntfs: "NTFS", exfat: "exFAT", xfs: "XFS", btrfs: "Btrfs", hfsplus: "HFS+", hfs: "HFS", apfs: "APFS" },
  ...{ ext2: "ext2", ext3: "ext3", ext4: "ext4", iso9660: "ISO 9660", udf: "UDF", squashfs: "SquashFS" },
  ...{ LVM2_member: "LVM2", BitLocker: "BitLocker", swap: "Linux swap", ReFS: "ReFS" },
};

interface Row {
  readonly image: string;
  readonly size: number;
  readonly scheme: string;
  readonly at: number;
  readonly kind: string;
}

/** Rows of raw media, compressed as a whole or not, whose file system has a kind of ours. */
function rows(): Row[] {
  const lines = readFileSync(summary, "utf8").split("\n").slice(1);
  return lines.flatMap((line) => {
    const [image = "", size, , scheme = "", at, tsk = "", blkid = ""] = line.split("\t");
    const kind = blkid === "vfat" ? tsk : (kinds[blkid] ?? "");
    const raw = /\.(img\.xz|dd\.xz|raw\.xz|raw|dd|iso|ext4|exfat|dd\.bz2)$/.test(image) && existsSync(data + image);
    if (!raw || kind === "" || Number(size) > mostBytes) return [];
    return [{ image, size: Number(size), scheme, at: Number(at), kind }];
  });
}

function mediumOf(image: string): Buffer {
  const tool = image.endsWith(".xz") ? "xz" : image.endsWith(".bz2") ? "bzip2" : null;
  const options = { maxBuffer: 2 * mostBytes };
  return tool === null ? readFileSync(data + image) : execFileSync(tool, ["-dc", data + image], options);
}

describe("agreement with blkid and TSK", () => {
  beforeEach(({ skip }) => skip(!present, "the test data is absent"));
  const wanted = present ? rows() : [];

  it("covers the file systems", () => {
    expect(wanted.length).toBeGreaterThan(40);
    expect(new Set(wanted.map(({ kind }) => kind)).size).toBeGreaterThan(12);
  });

  it.each([...new Set(wanted.map(({ image }) => image))])("%s", (image) => {
    const medium = mediumOf(image);
    const triage = new Triage({ size: medium.length });
    for (let at = 0; at < medium.length; at += 1 << 18) triage.look(medium.subarray(at, at + (1 << 18)), at);
    const { fileSystems, looked, table } = triage.summary();
    expect(looked).toEqual({ bytes: medium.length, share: 1 });
    const ofImage = wanted.filter((row) => row.image === image);
    for (const { at, kind, scheme } of ofImage) {
      expect(fileSystems.map((found) => `${found.kind} at ${found.at}`)).toContain(`${kind} at ${at}`);
      if (scheme === "DOS Partition Table" && at > 0) expect(table.scheme).toBe("MBR");
      if (scheme === "GUID Partition Table") expect(table.scheme).toBe("GPT");
    }
  });
});
