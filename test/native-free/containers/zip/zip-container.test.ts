/** The ZIP container over archives of our own making: everything that headers can say, truthfully or not. */
import { Buffer } from "node:buffer";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { containerFor } from "../../../../native-free/containers/index.ts";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { openZip } from "../../../../native-free/containers/zip/archive.ts";
import { zipContainer } from "../../../../native-free/containers/zip/container.ts";
import { cpuMs } from "../../../fixtures/cpu-time.ts";
import { codesOf, readWith } from "../../../fixtures/extraction-reader.ts";
import { zip, type ZipEntrySpec } from "../../../fixtures/zip-writer.ts";

const hello = Buffer.from("hello world, hello zip, hello officer");

function extra(id: number, data: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(data.length, 2);
  return Buffer.concat([head, data]);
}

async function read(entries: readonly ZipEntrySpec[], options: Parameters<typeof zip>[1] = {}) {
  return readWith(zipContainer, zip(entries, options));
}

/** Letters without pattern, which deflate packs into three quarters. */
function letters(length: number): number[] {
  let state = 1;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return 48 + (state >>> 26);
  });
}

/** Findings of the only entry. */
async function codesOfEntry(entry: ZipEntrySpec): Promise<string[]> {
  const { children } = await read([entry]);
  expect(children).toHaveLength(1);
  return codesOf(children[0]!.child.findings);
}

describe("zip container", () => {
  it("is found by type", () => {
    expect(containerFor("zip")).toBe(zipContainer);
    expect(containerFor("kmz")).toBe(zipContainer);
    expect(containerFor("plain-text")).toBeNull();
  });

  it("gives back what was put in, in order, with keys of offset and index", async () => {
    const { children, findings, statuses, thrown } = await read([
      { name: "a/", data: "" },
      { name: "a/stored.txt", data: hello, method: 0 },
      { name: "a/deflated.txt", data: hello },
      { name: "ätsch.txt", data: "", descriptor: true },
    ]);
    expect(thrown).toBeNull();
    expect(findings).toEqual([]);
    expect(statuses).toEqual([]);
    expect(children.map(({ child }) => child.key)).toEqual(["0:0", "32:1", "111:2", expect.stringMatching(/^\d+:3$/)]);
    expect(children.map(({ child }) => child.kind)).toEqual(["directory", "file", "file", "file"]);
    expect(children.map(({ child }) => child.name.text)).toEqual(["a/", "a/stored.txt", "a/deflated.txt", "ätsch.txt"]);
    expect(children[1]!.bytes.equals(hello)).toBe(true);
    expect(children[2]!.bytes.equals(hello)).toBe(true);
    expect(children[0]!.ended).toBe("missing:none");
    expect(children.every(({ child }) => child.findings.length === 0)).toBe(true);
  });

  it("reads every time that headers give, as precise as they give it", async () => {
    const ut = Buffer.from([7, 0, 0, 0, 0, 0x80, 0x51, 1, 0, 0xff, 0xff, 0xff, 0xff]);
    const ntfs = Buffer.alloc(32);
    ntfs.writeUInt16LE(1, 4);
    ntfs.writeUInt16LE(24, 6);
    for (const at of [8, 16, 24]) ntfs.writeBigUInt64LE(132_223_104_001_234_567n + BigInt(at), at);
    const { children } = await read([
      {
        name: "t",
        data: "x",
        dosDate: 0x5821,
        dosTime: 0x6b5d,
        extra: Buffer.concat([extra(0x5455, ut), extra(10, ntfs)]),
      },
    ]);
    expect(children[0]!.child.times.map(({ kind, value, zone, source }) => [kind, value, zone, source])).toEqual([
      ["m", "2024-01-01T13:26:58", "local-unknown", "zip"],
      ["m", "1970-01-01T00:00:00Z", "utc", "zip-ut"],
      ["a", "1970-01-02T00:00:00Z", "utc", "zip-ut"],
      ["b", "1969-12-31T23:59:59Z", "utc", "zip-ut"],
      ["m", "2020-01-01T00:00:00.1234575Z", "utc", "ntfs-extra"],
      ["a", "2020-01-01T00:00:00.1234583Z", "utc", "ntfs-extra"],
      ["b", "2020-01-01T00:00:00.1234591Z", "utc", "ntfs-extra"],
    ]);
  });

  it("takes the date that stands for none as none, and only that", async () => {
    const { children } = await read([
      { name: "unset", data: "x", dosDate: 0x0021, dosTime: 0 },
      { name: "zero", data: "x", dosDate: 0, dosTime: 0 },
      { name: "two seconds later", data: "x", dosDate: 0x0021, dosTime: 1 },
      { name: "next day", data: "x", dosDate: 0x0022, dosTime: 0 },
    ]);
    expect(children.map(({ child }) => child.times.map(({ value, zone }) => [value, zone]))).toEqual([
      [],
      [],
      [["1980-01-01T00:00:02", "local-unknown"]],
      [["1980-01-02T00:00:00", "local-unknown"]],
    ]);
    expect(children.flatMap(({ child }) => child.findings)).toEqual([]);
  });

  it("keeps the bytes of names that are no UTF-8", async () => {
    const { children } = await read([{ name: Uint8Array.of(0x84, 0x2e, 0x74), data: "x" }]);
    expect(children[0]!.child.name).toEqual({ text: "ä.t", bytes: Buffer.from([0x84, 0x2e, 0x74]).toString("base64") });
  });

  it("names what would make a name dangerous and delivers the entry", async () => {
    for (const [name, why] of [
      ["../../etc/passwd", "parent-folder"],
      ["/etc/passwd", "absolute"],
      ["C:\\x", "absolute"],
      ["a\\b", "backslash"],
      ["a\u0007b", "control-characters"],
      ["a\u202etxt.exe", "control-characters"],
    ] as const) {
      const { children } = await read([{ name, data: hello }]);
      expect(children[0]!.child.findings).toMatchObject([{ code: "zip/name-hostile", params: { why } }]);
      expect(children[0]!.bytes.equals(hello)).toBe(true);
    }
  });

  it("delivers all bytes and then says that the checksum or the size is false", async () => {
    const crc = await read([{ name: "a", data: hello, crc: 1 }]);
    expect(crc.children[0]).toMatchObject({ ended: "zip/crc-mismatch" });
    expect(crc.children[0]!.bytes.equals(hello)).toBe(true);
    const size = await read([{ name: "a", data: hello, size: 5 }]);
    expect(size.children[0]).toMatchObject({ ended: "zip/size-mismatch" });
    expect(size.children[0]!.bytes.equals(hello)).toBe(true);
  });

  it("delivers what comes before damage", async () => {
    const noise = Buffer.from(letters(400_000));
    const packed = deflateRawSync(noise);
    const broken = Buffer.from(packed);
    broken.fill(0xff, packed.length - 3000);
    const { children } = await read([{ name: "a", data: noise, packed: broken }]);
    const [only] = children;
    expect(only!.ended).toBe("zip/data-damaged");
    expect(only!.bytes.length).toBeGreaterThan(noise.length * 0.5);
    const sound = only!.bytes.length - 40_000;
    expect(only!.bytes.subarray(0, sound).equals(noise.subarray(0, sound))).toBe(true);
  });

  it("reads a streamed entry larger than one piece and can be abandoned in the middle", async () => {
    const large = Buffer.alloc(9_000_000, "0123456789");
    const bytes = zip([{ name: "a", data: large }]);
    const whole = await readWith(zipContainer, bytes);
    expect(whole.children[0]).toMatchObject({ ended: null });
    expect(whole.children[0]!.bytes.equals(large)).toBe(true);
    const part = await readWith(zipContainer, bytes, { childCapBytes: 100_000 });
    expect(part.children[0]!.ended).toBe("cap");
    expect(part.children[0]!.bytes.length).toBeLessThan(1_000_000);
  });

  it("lists what it cannot read with the reason", async () => {
    const { children } = await read([
      { name: "locked", data: hello, flags: 1 },
      { name: "aes", data: hello, method: 99, flags: 1 },
      { name: "wavpack", data: hello, method: 97 },
    ]);
    expect(children.map(({ ended }) => ended)).toEqual([
      "missing:encrypted",
      "missing:encrypted",
      "missing:unsupported",
    ]);
    expect(children.flatMap(({ child }) => codesOf(child.findings))).toEqual([
      "zip/encrypted",
      "zip/encrypted",
      "zip/unsupported-method",
    ]);
  });

  it("tells symbolic links, folders with data, and headers that contradict each other", async () => {
    const { children } = await read([{ name: "link", data: "/etc/passwd", unixMode: 0o120777 }]);
    expect(children[0]!.child.kind).toBe("symlink");
    expect(children[0]!.bytes.toString()).toBe("/etc/passwd");
    expect(await codesOfEntry({ name: "folder/", data: hello })).toEqual(["zip/folder-with-data"]);
    expect(await codesOfEntry({ name: "b.txt", localName: "a.exe", data: hello })).toEqual(["zip/local-differs"]);
    expect(await codesOfEntry({ name: "b", data: hello, localSize: 3 })).toEqual(["zip/local-differs"]);
    expect(await codesOfEntry({ name: "b", data: hello, dosDate: 0x0fff })).toEqual(["zip/time-invalid"]);
    expect(await codesOfEntry({ name: "b", data: hello, localExtra: Buffer.from([1, 2, 99, 0]) })).toEqual([
      "zip/extra-damaged",
    ]);
    expect(await codesOfEntry({ name: "b", data: "x", ghost: true, offset: 5 })).toEqual(["zip/no-local-header"]);
  });

  it("names duplicates and overlaps, and reads each entry all the same", async () => {
    const { children } = await read([
      { name: "a", data: hello },
      { name: "a", data: "other" },
      { name: "again", localName: "a", data: hello, ghost: true, offset: 0 },
    ]);
    expect(children.map(({ child }) => codesOf(child.findings))).toEqual([
      [],
      ["zip/duplicate-name"],
      ["zip/local-differs", "zip/overlap"],
    ]);
    expect(children[2]!.bytes.equals(hello)).toBe(true);
  });

  it("gives what lies around the archive as children and comments as text", async () => {
    const { children, findings, texts } = await read([{ name: "a", data: hello, comment: "of the entry" }], {
      prefix: Buffer.from("MZ a program in front of the archive"),
      trailing: Buffer.from("hidden behind it"),
      comment: "of the archive",
    });
    expect(codesOf(findings)).toEqual(["zip/prefix", "zip/trailing"]);
    expect(children.map(({ child }) => child.key)).toEqual(["before:0", "36:0", expect.stringMatching(/^after:/)]);
    expect(children[0]!.bytes.toString()).toBe("MZ a program in front of the archive");
    expect(children[1]!.bytes.equals(hello)).toBe(true);
    expect(children[2]!.bytes.toString()).toBe("hidden behind it");
    expect(texts).toEqual([
      { text: "of the archive", label: "archive comment" },
      { text: "of the entry", label: "entry comment" },
    ]);
  });

  it("finds entries that the directory does not name", async () => {
    const { children, findings, statuses } = await read([
      { name: "a", data: hello },
      { name: "secret", data: "removed but still there", unlisted: true },
      { name: "b", data: hello },
    ]);
    expect(codesOf(findings)).toEqual(["zip/unlisted"]);
    expect(statuses).toEqual([]);
    expect(children.map(({ child }) => child.name.text)).toEqual(["a", "b", "secret"]);
    expect(children[2]!.bytes.toString()).toBe("removed but still there");
    expect(codesOf(children[2]!.child.findings)).toEqual(["zip/not-in-directory"]);
  });

  it("says that the declared number of entries or disks is false, and that bytes belong to nothing", async () => {
    expect(codesOf((await read([{ name: "a", data: hello }], { count: 7 })).findings)).toEqual(["zip/directory-count"]);
    const spoiled = zip([{ name: "a", data: hello }]);
    spoiled[spoiled.length - 18] = 1;
    expect(codesOf((await readWith(zipContainer, spoiled)).findings)).toEqual(["zip/multi-disk"]);
    const gap = await read([
      { name: "a", data: hello },
      { name: "b", data: Buffer.alloc(500, 1), method: 0, unlisted: true, localName: Buffer.from([0, 0]) },
      { name: "c", data: hello },
    ]);
    expect(codesOf(gap.findings)).toEqual(["zip/unexplained"]);
  });

  it("lists no more entries than the limit, and says so", async () => {
    const bytes = zip(Array.from({ length: 9 }, (_, index) => ({ name: `${index}`, data: hello })));
    const listed = await openZip(new MemorySource(bytes), 5);
    expect([listed.entries.length, listed.truncated, codesOf(listed.findings)]).toEqual([
      5,
      true,
      ["zip/too-many-entries"],
    ]);
    const whole = await openZip(new MemorySource(bytes), 10);
    expect([whole.entries.length, whole.truncated, whole.findings]).toEqual([9, false, []]);
    const salvaged = await openZip(
      new MemorySource(
        zip(
          [
            { name: "a", data: hello },
            { name: "b", data: hello },
          ],
          { omitDirectory: true },
        ),
      ),
      1,
    );
    expect([salvaged.entries.length, salvaged.truncated]).toEqual([1, true]);
  });

  it("gives up only where there is nothing", async () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from("PK"),
      Buffer.alloc(5000, 7),
      Buffer.from("PK\u0003\u0004 no header"),
    ]) {
      expect((await readWith(zipContainer, bytes)).thrown).toBe("zip/damaged");
    }
    expect((await read([])).thrown).toBeNull();
  });
});

describe("zip salvage", () => {
  const entries: ZipEntrySpec[] = [
    { name: "one.txt", data: hello },
    { name: "two.txt", data: hello, descriptor: true },
    { name: "three.txt", data: hello, descriptor: "unsigned" },
    { name: "four.txt", data: hello, method: 0 },
  ];

  it("finds all entries without a directory, streamed ones too", async () => {
    const { children, findings, statuses } = await read(entries, { omitDirectory: true });
    expect(codesOf(findings)).toEqual(["zip/salvaged"]);
    expect(statuses).toEqual(["partial:damaged"]);
    expect(children.map(({ child }) => child.name.text)).toEqual(["one.txt", "two.txt", "three.txt", "four.txt"]);
    for (const { bytes, ended } of children) {
      expect(ended).toBeNull();
      expect(bytes.equals(hello)).toBe(true);
    }
  });

  it("keeps the readable records of a damaged directory and finds the others", async () => {
    const bytes = zip(entries);
    const second = Buffer.from(bytes).indexOf("PK\u0001\u0002", Buffer.from(bytes).indexOf("PK\u0001\u0002") + 1);
    bytes[second] = 0;
    const { children, findings } = await readWith(zipContainer, bytes);
    expect(findings).toMatchObject([{ code: "zip/salvaged", params: { bad: 1, entries: 1 } }]);
    expect(children.map(({ child }) => child.name.text).sort()).toEqual([
      "four.txt",
      "one.txt",
      "three.txt",
      "two.txt",
    ]);
  });

  it("delivers the beginning of an entry that is cut off", async () => {
    const bytes = zip([{ name: "long", data: Buffer.from("0123456789".repeat(100)), method: 0 }]);
    const { children } = await readWith(zipContainer, bytes.subarray(0, 500));
    expect(codesOf(children[0]!.child.findings)).toEqual(["zip/not-in-directory", "zip/truncated-entry"]);
    expect(children[0]).toMatchObject({ ended: "zip/data-damaged" });
    expect(children[0]!.bytes.length).toBe(500 - 34);
  });

  it("stays linear on a file made of headers", async () => {
    const header = Buffer.from(
      zip([{ name: "x", data: "", descriptor: true, flags: 8 }], { omitDirectory: true }),
    ).subarray(0, 31);
    const many = Buffer.concat(Array.from({ length: 20_000 }, () => header));
    const started = cpuMs();
    const { children } = await readWith(zipContainer, many);
    expect(children.length).toBe(20_000);
    expect(cpuMs() - started).toBeLessThan(15_000);
  });
});

describe("zip properties", () => {
  const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 });
  const data = fc.oneof(
    fc.uint8Array({ maxLength: 2000 }),
    fc
      .tuple(fc.uint8Array({ maxLength: 20 }), fc.nat(3000))
      .map(([unit, times]) => Buffer.concat(Array(times).fill(unit))),
  );
  const entry = fc.record({ name, data, method: fc.constantFrom(0, 8), descriptor: fc.boolean() });

  it("gives back the names and bytes of any archive", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 12 }), async (entries) => {
        // A stored entry with a descriptor is legal, but its data may look like one.
        const { children, statuses, thrown } = await read(entries);
        expect([thrown, statuses]).toEqual([null, []]);
        expect(children.map(({ child }) => child.name.text)).toEqual(entries.map((spec) => spec.name));
        for (const [index, { bytes, child, ended }] of children.entries()) {
          if (child.kind === "directory") continue;
          expect(ended).toBeNull();
          expect(bytes.equals(Buffer.from(entries[index]!.data))).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("ends in findings, never in a fault, and the same way twice, whatever is changed", async () => {
    const base = zip([
      { name: "a.txt", data: hello },
      { name: "b.txt", data: Buffer.alloc(3000, "xyz"), descriptor: true },
      { name: "c/", data: "" },
    ]);
    const change = fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(change, fc.nat(base.length), async (changes, cut) => {
        const bytes = base.slice(0, cut % 3 === 0 ? cut : base.length);
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        const first = await readWith(zipContainer, bytes);
        const second = await readWith(zipContainer, bytes);
        const seen = (result: typeof first): unknown => [
          result.thrown,
          result.findings,
          result.children.map(({ child: { key, name: text, findings }, bytes: content, ended }) => [
            key,
            text,
            findings,
            content.toString("hex"),
            ended,
          ]),
        ];
        expect(seen(second)).toEqual(seen(first));
      }),
      { numRuns: 150 },
    );
  });
});
