/** Recognition against what blkid says of published images, and against structures written from the formats' descriptions. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { recognise, recogniseVolume, type RecognisedVolume } from "../../../native-free/filesystems/signatures.ts";
import { headBytes, recognisedKinds, roleOf } from "../../../native-free/filesystems/signatures/recognised.ts";
import { publishedDataPresent, publishedMedium, publishedVolumes } from "../../fixtures/published-media.ts";

const recognised = (bytes: Uint8Array): RecognisedVolume[] => recogniseVolume(new MemorySource(bytes));
const kinds = (bytes: Uint8Array): string[] => recognised(bytes).map(({ kind }) => kind);
const factsIn = (bytes: Uint8Array): Record<string, string | number> =>
  Object.fromEntries(recognised(bytes)[0]!.facts.map(({ name, value }) => [name, value]));

/** What blkid says, and we; several names where it does not tell apart what we do. */
const blkid: Readonly<Record<string, string>> = {
  ...{ adaptec_raid_member: "Adaptec RAID", apfs: "APFS", bcache: "bcache", BitLocker: "BitLocker", btrfs: "Btrfs" },
  ...{ ceph_bluestore: "Ceph BlueStore", drbdmanage_control_volume: "DRBD control volume", exfat: "exFAT" },
  ...{ ext2: "ext2", ext3: "ext3", ext4: "ext4", f2fs: "F2FS", gfs2: "GFS2", hfs: "HFS", hfsplus: "HFS+" },
  ...{ hpt37x_raid_member: "HighPoint RAID", hpt45x_raid_member: "HighPoint RAID", iso9660: "ISO 9660" },
  ...{ isw_raid_member: "Intel RAID", LVM2_member: "LVM2", minix: "Minix", ntfs: "NTFS", ocfs2: "OCFS2" },
  ...{ reiserfs: "ReiserFS", romfs: "romfs", silicon_medley_raid_member: "Silicon Image RAID", squashfs: "SquashFS" },
  ...{ swap: "Linux swap", swsuspend: "Linux hibernation", udf: "UDF", ufs: "UFS2", vdo: "VDO" },
  ...{ via_raid_member: "VIA RAID", VMFS: "VMFS", vxfs: "VxFS", xfs: "XFS", xfs_external_log: "external log of XFS" },
};
/** What stands there beside it, and rightly so: a bridge disc; a swap area over LUKS and one that sleeps. */
const beside: Readonly<Record<string, readonly string[]>> = {
  "udf-cd-nero-6.img.xz": ["ISO 9660"],
  "swap-luks.img.xz": ["Linux swap"],
  "tuxonice.img.xz": ["Linux swap"],
};

function expected(blkidName: string, tsk: string, file: string): string {
  if (blkidName === "vfat") return tsk === "" ? "FAT32" : tsk;
  if (blkidName === "crypto_LUKS") return file.startsWith("luks1") ? "LUKS1" : "LUKS2";
  return blkidName === "" ? "CoreStorage (FileVault 2)" : (blkid[blkidName] ?? `unknown to the test: ${blkidName}`);
}

const images = publishedVolumes().filter(({ image }) => image.includes("/images-fs/"));

describe.skipIf(!publishedDataPresent)("agreement with blkid (skipped where ../shared/data is absent)", () => {
  it("covers all of its images", () => {
    expect(images.length).toBeGreaterThan(60);
  });

  it.each(images.map(({ image, blkid: name, tsk }) => [image.slice(image.lastIndexOf("/") + 1), name, tsk, image]))(
    "%s: %s",
    (file, name, tsk, image) => {
      const found = kinds(publishedMedium(image));
      const wanted = expected(name, tsk, file);
      expect(found).toContain(wanted);
      expect(found.filter((kind) => kind !== wanted)).toEqual(beside[file] ?? []);
    },
    20_000,
  );
});

const kib = 1024;
const blank = (bytes = 8 << 20): Buffer => Buffer.alloc(bytes);
const at = (write: (medium: Buffer) => void, bytes?: number): Buffer => {
  const medium = blank(bytes);
  write(medium);
  return medium;
};
const hex = (medium: Buffer, place: number, digits: string): void =>
  void Buffer.from(digits, "hex").copy(medium, place);
const end = 8 << 20;

/** What no published image shows: the signature where the format has it, and what plausibility asks for. */
const made: readonly (readonly [string, (medium: Buffer) => void])[] = [
  ["HPFS", (m) => hex(m, 8192, "49e895f9c5e953fa")],
  ["ReFS", (m) => void (m.write("ReFS", 3), m.write("FSRS", 16), m.writeUInt32LE(512, 32))],
  ["Reiser4", (m) => void m.write("ReIsEr4", 65_536)],
  ["ReiserFS", (m) => void (m.write("ReIsErFs", 8192 + 52), m.writeUInt16LE(4096, 8192 + 44))],
  ["EROFS", (m) => void (m.writeUInt32LE(0xe0f5_e1e2, 1024), m.writeUInt8(12, 1036))],
  ["cramfs", (m) => void (m.writeUInt32LE(0x28cd_3d45, 0), m.write("Compressed ROMFS", 16))],
  [
    "GFS",
    (m) => void (hex(m, 65_536, "0116197000000001"), m.writeUInt32BE(1309, 65_560), m.writeUInt32BE(4096, 65_572)),
  ],
  ["OCFS", (m) => void m.write("OracleCFS", 8192)],
  ["bcachefs", (m) => hex(m, 4120, "c68573f666ce90a9d96a60cf803df7ef")],
  ["UBIFS", (m) => void (m.writeUInt32LE(0x0610_1831, 0), m.writeUInt8(6, 20))],
  ["UBI", (m) => void m.write("UBI#\x01", 0)],
  ["BeFS", (m) => void (m.write("1SFB", 544), m.writeUInt32LE(0xdd12_1031, 580), m.writeUInt32LE(1024, 552))],
  ["BeFS", (m) => void (m.write("BFS1", 32), m.writeUInt32BE(0xdd12_1031, 68), m.writeUInt32BE(1024, 40))],
  ["NetWare NSS", (m) => void m.write("SPB5", 4096)],
  ["VMFS volume", (m) => void (m.writeUInt32LE(0xc001_d00d, 1 << 20), m.write("datastore", (1 << 20) + 18))],
  [
    "UFS",
    (m) =>
      void (m.writeInt32BE(8192, 8192 + 48), m.writeInt32BE(1024, 8192 + 52), m.writeInt32BE(0x11954, 8192 + 1372)),
  ],
  [
    "UFS2",
    (m) => void (m.writeInt32LE(8192, 262_192), m.writeInt32LE(1024, 262_196), m.writeUInt32LE(0x1954_0119, 263_516)),
  ],
  [
    "JFS",
    (m) =>
      void (
        m.write("JFS1", 32_768),
        m.writeUInt32LE(4096, 32_784),
        m.writeUInt16LE(12, 32_788),
        m.writeUInt32LE(512, 32_792),
        m.writeUInt16LE(9, 32_796)
      ),
  ],
  ["NILFS2", (m) => void (m.writeUInt32LE(2, 1024), m.writeUInt16LE(0x3434, 1030), m.writeUInt16LE(280, 1032))],
  [
    "external journal of ext",
    (m) =>
      void (
        m.writeUInt32LE(1, 1024),
        m.writeUInt32LE(9, 1028),
        m.writeUInt16LE(0xef53, 1080),
        m.writeUInt32LE(8, 1120)
      ),
  ],
  ["Linux hibernation", (m) => void m.write("S1SUSPEND\0", 4086)],
  ["Linux RAID", (m) => putRaid(m, 0)],
  ["Linux RAID", (m) => putRaid(m, 4096)],
  ["Linux RAID", (m) => putRaid(m, end - 16 * 512)],
  ["Linux RAID", (m) => void (m.writeUInt32BE(0xa92b_4efc, end - 65_536), m.writeUInt32BE(90, end - 65_528))],
  ["DRBD", (m) => void m.writeUInt32BE(0x8374_026b, end - 4096 + 60)],
  ["Stratis", (m) => void m.write("!Stra0tis\x86\xff\x02^\x41rh", 516, "latin1")],
  [
    "Windows dynamic disk",
    (m) => void (m.write("PRIVHEAD", 3072), m.writeUInt16BE(2, 3084), m.write("dg0", 3072 + 240)),
  ],
  ["Windows dynamic disk", (m) => void (m.write("PRIVHEAD", end - 512), m.writeUInt16BE(2, end - 500))],
  ["Windows Storage Spaces", (m) => void m.write("SPACEDB ", 4096)],
  ["dm-integrity", (m) => void m.write("integrt\0", 0)],
  ["dm-verity", (m) => void (m.write("verity\0\0", 0), m.writeUInt32LE(1, 8))],
  ["dm-snapshot", (m) => void (m.write("SnAp", 0), m.writeUInt32LE(1, 8))],
  ["NVIDIA RAID", (m) => void (m.write("NVIDIA  ", end - 1024), m.writeUInt32LE(30, end - 1016))],
  ["Promise RAID", (m) => void m.write("Promise Technology, Inc.", end - 63 * 512)],
  ["LSI RAID", (m) => void m.write("$XIDE$", end - 512)],
  ["DDF RAID", (m) => void (m.writeUInt32BE(0xde11_de11, end - 512), m.write("02.00.00", end - 480))],
  [
    "JMicron RAID",
    (m) =>
      void (m.write("JM", end - 512), m.writeUInt16LE(1, end - 510), m.writeUInt16LE(0x1_0000 - 0x4d4a - 1, end - 508)),
  ],
  ["ZFS", putZfs],
];

function putRaid(medium: Buffer, place: number): void {
  medium.writeUInt32LE(0xa92b_4efc, place);
  medium.writeUInt32LE(1, place + 4);
  medium.write("host:data", place + 32);
  medium.writeUInt32LE(5, place + 72);
  medium.writeUInt32LE(3, place + 92);
  medium.writeUInt32LE(place / 512, place + 144);
}

function putZfs(medium: Buffer): void {
  for (const slot of [0, 5]) medium.writeUInt32LE(0x00ba_b10c, 128 * kib + slot * kib);
  let place = 16 * kib;
  hex(medium, place, "01010000" + "00000000" + "00000001");
  place += 12;
  const text = (value: string): Buffer => {
    const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
    padded.writeUInt32BE(value.length);
    padded.write(value, 4);
    return padded;
  };
  const number = (value: number): Buffer => Buffer.from([value, 1].flatMap((each) => [0, 0, 0, each]));
  const guid = Buffer.from("00000000075bcd15", "hex");
  for (const [name, body] of [
    ["name", Buffer.concat([number(9), text("tank")])],
    ["pool_guid", Buffer.concat([number(8), guid])],
  ] as const) {
    const pair = Buffer.concat([Buffer.alloc(8), text(name), body]);
    pair.writeUInt32BE(pair.length, 0);
    pair.copy(medium, place);
    place += pair.length;
  }
}

describe("structures written from descriptions", () => {
  it.each(made)("%s", (kind, write) => {
    expect(kinds(at(write))).toEqual([kind]);
  });

  it("say which set they belong to", () => {
    const raid = factsIn(at((medium) => putRaid(medium, 4096)));
    expect(raid).toMatchObject({ version: "1.2", "set-name": "host:data", members: 3, kind: "RAID level 5, device 0" });
    const zfs = recognised(at(putZfs))[0]!;
    expect([zfs.label, zfs.facts]).toEqual([
      "tank",
      [
        { name: "set-name", value: "tank" },
        { name: "set-uuid", value: "123456789" },
      ],
    ]);
  });

  it("have a role each", () => {
    for (const kind of recognisedKinds) expect(roleOf(kind)).toMatch(/^(file system|encrypted|member|swap|other)$/);
    expect(new Set(recognisedKinds).size).toBe(recognisedKinds.length);
  });
});

/** Bytes that nothing wrote, the same for the same seed. */
function noise(length: number, seed: string): Buffer {
  const parts: Buffer[] = [];
  for (let n = 0; n * 64 < length; n++) parts.push(createHash("sha512").update(`${seed} ${n}`).digest());
  return Buffer.concat(parts).subarray(0, length);
}

describe("what is nothing", () => {
  it("5,000 heads of noise, with the marks of boot sectors in some", () => {
    const words = new Uint32Array(headBytes / 4);
    const head = new Uint8Array(words.buffer);
    let state = 0x9e37_79b9;
    for (let run = 0; run < 5000; run++) {
      for (let word = 0; word < words.length; word++) {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        words[word] = state;
      }
      if (run % 5 === 0) {
        head.set([0xeb, 0x58, 0x90], 0);
        head.set([0x55, 0xaa], 510);
      }
      const found = recognise(head);
      if (found.length > 0) expect(found).toEqual([]);
    }
  });

  it("noise throughout may be encryption; compressed, empty, short and odd media are not", () => {
    const bytes = noise(1 << 20, "volume");
    const possible = ["possibly VeraCrypt, TrueCrypt or plain dm-crypt"];
    expect(kinds(bytes)).toEqual(possible);
    expect(recognised(bytes)[0]!.role).toBe("encrypted");
    expect(kinds(bytes.subarray(0, (1 << 20) - 1))).toEqual([]);
    expect(kinds(bytes.subarray(0, 8192))).toEqual([]);
    expect(kinds(blank(1 << 20))).toEqual([]);
    const text = Buffer.alloc(1 << 20, "plain text ");
    expect(kinds(text)).toEqual([]);
    bytes.set(text.subarray(0, 12_000), 4096 * 128);
    expect(kinds(bytes)).toEqual([]);
    const holes = noise(1 << 20, "holes");
    holes.fill(0, 4096, 900_096);
    expect(kinds(holes)).toEqual(possible);
    holes.fill(0, 0, 512);
    expect(kinds(holes)).toEqual([]);
  });

  it("any structure, cut off or with bytes changed, gives an answer", () => {
    const seeds = made.map(([, write]) => at(write, end)).slice(0, 40);
    for (const [index, seed] of seeds.entries()) {
      for (const length of [0, 1, 511, 512, 4096, 70_000, 300_000]) recognised(seed.subarray(0, length));
      const pool = noise(400, `mutation ${index}`);
      for (let run = 0; run < 20; run++) {
        const medium = seed.subarray(0, 300_000);
        for (let byte = 0; byte < 4; byte++) {
          const place = pool.readUInt16LE(run * 16 + byte * 4) % 70_000;
          medium[place] = pool[run * 16 + byte * 4 + 2]!;
        }
        recognised(medium);
      }
    }
  });
});
