import { describe, expect, it } from "vitest";
import { MemorySource, readRange, type ByteSource } from "../../../native-free/bytes/byte-source.ts";
import type { ClassedRange, FileSystem, FileSystemEntry } from "../../../native-free/filesystems/file-system.ts";
import { fileSystemFormats } from "../../../native-free/filesystems/index.ts";
import { RawImage } from "../../../native-free/images/raw/image.ts";
import {
  openRanges,
  parseSpaceKey,
  rootSlack,
  slackKey,
  slackSource,
  spaceItemOf,
  spaceItems,
  spaceWindowBytes,
} from "../../../native-free/layers/derived.ts";
import { keyInPath } from "../../../native-free/layers/find-entry.ts";
import { mediumOf, resolve, wholeMedium, type Medium } from "../../../native-free/layers/resolve.ts";
import { PathBook, walkBelow } from "../../../native-free/layers/walk.ts";
import { EvidenceError } from "../../../native-free/model/errors.ts";
import { parsePath } from "../../../native-free/model/forensic-path.ts";
import { FatVolumeWriter, sampleVolumes as fatVolumes } from "../../fixtures/filesystems/fat-volume.ts";

const mediumIn = (bytes: Uint8Array): Medium =>
  mediumOf(new RawImage([{ name: "m.raw", source: new MemorySource(bytes, "m.raw") }]));
const follow = (medium: Medium, path: string) => resolve(medium, parsePath(`-/${path}`)!.layers);
const all = (source: ByteSource): Buffer => Buffer.from(readRange(source, 0, source.size));

function opened(bytes: Uint8Array, format: string): FileSystem {
  const found = fileSystemFormats.find(({ registration }) => registration.id === format)!.open(new MemorySource(bytes));
  expect(found).not.toBeNull();
  return found!;
}

describe.each(fatVolumes.map((sample) => [sample.name, sample] as const))("%s", (_, { bytes, format, files }) => {
  const medium = mediumIn(bytes);
  const fileSystem = opened(bytes, format);
  const walked = () => {
    const book = new PathBook(`${format}:`);
    return Array.from(fileSystem.entries(), (entry) => ({ entry, path: book.pathOf(entry) }));
  };

  it("gives every entry a path of its own that leads back to it", () => {
    const paths = new Set<string>();
    for (const { entry, path } of walked()) {
      expect(paths.has(path), path).toBe(false);
      paths.add(path);
      const found = follow(medium, path);
      expect(found, path).toMatchObject({ kind: "entry", path });
      if (found.kind === "entry") expect(found.entry.key).toBe(entry.key);
    }
    expect(paths.size).toBeGreaterThan(8);
  });

  it("walks below the root what hangs in it, each directory before its entries, the last one marked", () => {
    const below = [...walkBelow(fileSystem, null, `${format}:`, { onProblem: () => expect.fail() })];
    const listed = new Set(below.map(({ path }) => path));
    for (const path of Object.keys(files))
      expect(
        [...listed].some((each) => each.startsWith(`${format}:/`)),
        path,
      ).toBe(true);
    expect(below.filter(({ entry }) => entry.nameClaim === "allocated" && entry.kind === "file").length).toBe(
      Object.keys(files).length,
    );
    // In a walk that is depth first, an entry closes its directory exactly where the next one lies no deeper in it.
    for (const [index, { depth, last }] of below.entries()) {
      const next = below.slice(index + 1).find((each) => each.depth <= depth);
      expect(last).toBe(next === undefined || next.depth < depth);
    }
    const flat = [...walkBelow(fileSystem, null, `${format}:`, { mostDepth: 0, onProblem: () => expect.fail() })];
    expect(flat.map(({ path }) => path)).toEqual(below.filter(({ depth }) => depth === 0).map(({ path }) => path));
  });

  it("has an item for every byte of space, and slack with the bytes that stand there", () => {
    const space = new Map<string, number>();
    for (const { key, what, ranges, size } of spaceItems(fileSystem, bytes.length)) {
      space.set(what, (space.get(what) ?? 0) + size);
      const found = follow(medium, `${format}:/#${key}`);
      expect(found).toMatchObject({ kind: "space", path: `${format}:/#${key}` });
      const expected = Buffer.concat(ranges.map(({ start, length }) => bytes.subarray(start, start + length)));
      if (found.kind === "space") expect(all(found.source).equals(expected)).toBe(true);
    }
    const account = [...fileSystem.account()];
    const sum = (wanted: (range: ClassedRange) => boolean): number =>
      account.filter(wanted).reduce((total, { length }) => total + length, 0);
    expect(space.get("unallocated") ?? 0).toBe(sum((range) => range.class === "unallocated"));
    const slack = walked().reduce(
      (total, { entry }) => total + (slackSource(fileSystem, new MemorySource(bytes), entry)?.size ?? 0),
      0,
    );
    const root = rootSlack(fileSystem)?.size ?? 0;
    expect(slack + root + (space.get("volume slack") ?? 0)).toBe(sum((range) => range.class === "slack"));
    const readme = walked().find(({ path }) => path.endsWith("/README.TXT"))!;
    const [first] = fileSystem.slackOf(readme.entry);
    const found = follow(medium, `${readme.path}#${slackKey}`);
    expect(found).toMatchObject({ kind: "slack", path: `${readme.path}#slack` });
    if (found.kind === "slack") {
      const [run] = found.source.runsIn(0, 1);
      expect(run?.place.offset).toBe(first?.start);
    }
  });
});

describe("names that a path means", () => {
  const data = (text: string) => Buffer.from(text);
  const tree = [
    { short: "MIXED~1.TXT", long: "Mixed Case.txt", data: data("one") },
    { short: "OLD.TXT", data: data("deleted"), deleted: true },
    { short: "DIR", children: [{ short: "A.TXT", data: data("inside") }] },
  ];
  const medium = mediumIn(Uint8Array.from(new FatVolumeWriter({ bits: 12, clusters: 60 }, tree).bytes));
  const textAt = (path: string): string | null => {
    const found = follow(medium, path);
    return found.kind === "entry" ? all(found.source).toString() : null;
  };

  it("are found in other letters where the file system does not tell them apart, with the recorded name in the path", () => {
    expect(textAt("fat:/Mixed Case.txt")).toBe("one");
    expect(textAt("fat:/mixed case.TXT")).toBe("one");
    expect(follow(medium, "fat:/dir/a.txt")).toMatchObject({ kind: "entry", path: "fat:/DIR/A.TXT" });
  });

  it("are allocated ones, unless a key says which", () => {
    const gone = [
      ...walkBelow(opened(all(medium.image), "fat"), null, "fat:", { onProblem: () => expect.fail() }),
    ].find(({ entry }) => entry.nameClaim === "deleted")!;
    expect(gone.path).toMatch(/^fat:\/%E5LD\.TXT#\d+$/);
    expect(textAt(gone.path)).toBe("deleted");
    expect(textAt(gone.path.replace(/#.*/, ""))).toBeNull();
    expect(textAt(gone.path.replace(/#.*/, "#999"))).toBeNull();
  });

  it("say what is not there", () => {
    expect(follow(medium, "fat:/NONE")).toMatchObject({ kind: "none", wanted: "entry", part: "NONE" });
    expect(follow(medium, "fat:/NONE#slack")).toMatchObject({ kind: "none", wanted: "entry" });
    expect(follow(medium, "fat:/DIR/NONE/x")).toMatchObject({ kind: "none", wanted: "entry" });
    expect(follow(medium, "fat:/#unallocated@67108864")).toMatchObject({ kind: "none", wanted: "space" });
    expect(follow(medium, "fat:/#unallocated@5")).toMatchObject({ kind: "none", wanted: "space" });
    expect(follow(medium, "fat:/DIR/A.TXT/stream")).toMatchObject({ kind: "none", wanted: "entry" });
    expect(follow(medium, "fat:/")).toMatchObject({ kind: "volume", path: "fat:/" });
    expect(wholeMedium(medium)).toMatchObject({ kind: "volume", path: "", fileSystem: null });
  });

  it("carry a key where they could mean two things", () => {
    const entry = { key: "7", name: { text: "a", bytes: null }, nameClaim: "allocated" } as const;
    expect(keyInPath(entry)).toBeNull();
    expect(keyInPath({ ...entry, nameClaim: "orphan" })).toBe("7");
    expect(keyInPath({ ...entry, kind: "stream" })).toBeNull();
    expect(keyInPath({ ...entry, kind: "stream" }, true)).toBe("7");
    expect(keyInPath({ ...entry, name: { text: "", bytes: null } })).toBe("7");
  });
});

/** A file system of a few entries, for what real ones cannot be made to do. */
function made(parts: Partial<FileSystem>): FileSystem {
  const refuse = (): never => expect.fail("not asked for here");
  return {
    ...{ format: "ext", variant: "made", label: null, blockBytes: 512, size: 0, facts: [], findings: [] },
    ...{ entries: refuse, entryOf: () => null, list: refuse, open: refuse },
    ...{ extentsOf: () => [], slackOf: () => [], account: () => [], ...parts },
  };
}

const entryOf = (key: string, kind: FileSystemEntry["kind"], parent: string | null): FileSystemEntry => ({
  ...{ key, parent, kind, name: { text: `n${key}`, bytes: null }, nameClaim: "allocated", contentClaim: "allocated" },
  ...{ origin: "entry", size: 0, times: [], attributes: {}, target: null, findings: [] },
});

describe("a walk", () => {
  it("ends in a directory that holds itself, and tells what it cannot list", () => {
    const inner = entryOf("1", "directory", null);
    const broken = entryOf("2", "directory", "1");
    const problems: string[] = [];
    const fileSystem = made({
      list: (directory) => {
        if (directory?.key === "2") throw new EvidenceError("filesystem/no-directory", { kind: "file" });
        return directory === null ? [inner] : [inner, broken];
      },
    });
    const paths = Array.from(
      walkBelow(fileSystem, null, "ext:", { onProblem: (path, { code }) => problems.push(`${path} ${code}`) }),
      ({ path, last }) => `${path}${last ? "." : ""}`,
    );
    expect(paths).toEqual(["ext:/n1.", "ext:/n1/n1", "ext:/n1/n2."]);
    expect(problems).toEqual(["ext:/n1/n2 filesystem/no-directory"]);
  });

  it("puts streams below their files, wherever they come, and those of directories with their key", () => {
    const [folder, file, second] = [
      entryOf("1", "directory", null),
      entryOf("2", "file", "1"),
      entryOf("3", "file", "1"),
    ];
    const streams = [entryOf("4", "stream", "2"), entryOf("5", "stream", "1"), entryOf("6", "stream", null)];
    const order = [folder, file, second, ...streams];
    const book = new PathBook("ntfs:");
    const paths = order.map((entry) => book.pathOf(entry));
    expect(paths.slice(3)).toEqual(["ntfs:/n1/n2/n4", "ntfs:/n1/n5#5", "ntfs:/n6#6"]);
    const fileSystem = made({
      format: "ntfs",
      entryOf: (key) => order.find((entry) => entry.key === key) ?? null,
      list: (directory) => (directory === null ? [folder, streams[2]!] : [file, second, streams[0]!, streams[1]!]),
    });
    const below = [...walkBelow(fileSystem, null, "ntfs:", { onProblem: () => expect.fail() })];
    expect(below.map(({ path }) => path)).toEqual([
      ...["ntfs:/n1", "ntfs:/n1/n2", "ntfs:/n1/n3", "ntfs:/n1/n2/n4", "ntfs:/n1/n5#5", "ntfs:/n6#6"],
    ]);
    expect(below[3]?.name).toBe("n2/n4");
  });
});

describe("space of a volume", () => {
  const MiB = 2 ** 20;

  it("comes in windows, of each the ranges of one kind, without those of entries", () => {
    const account: ClassedRange[] = [
      { start: 0, length: MiB, class: "metadata", what: "boot" },
      { start: MiB, length: 99 * MiB, class: "unallocated", what: "free clusters" },
      { start: 100 * MiB, length: MiB, class: "unallocated", what: "bad clusters" },
      { start: 101 * MiB, length: MiB, class: "slack", what: "file slack" },
      { start: 102 * MiB, length: MiB, class: "not-understood", what: "?" },
      { start: 103 * MiB, length: MiB, class: "unallocated", what: "free clusters" },
      { start: 104 * MiB, length: MiB, class: "slack", what: "volume slack" },
      { start: 105 * MiB, length: MiB, class: "unreadable", what: "missing" },
    ];
    const fileSystem = made({ account: () => account });
    const items = Array.from(spaceItems(fileSystem, 106 * MiB), ({ key, what, ranges, size }) => [
      key,
      what,
      ranges.length,
      size / MiB,
    ]);
    expect(items).toEqual([
      ["unallocated@0", "unallocated", 1, 63],
      ["unallocated@67108864", "unallocated", 2, 38],
      ["volume-slack@67108864", "volume slack", 1, 1],
      ["not-understood@67108864", "not-understood", 1, 1],
      ["unreadable@67108864", "unreadable", 1, 1],
    ]);
    expect(spaceItemOf(fileSystem, 105 * MiB, "unallocated@67108864")?.ranges).toEqual([
      { start: 64 * MiB, length: 37 * MiB },
      { start: 103 * MiB, length: MiB },
    ]);
    expect(spaceItemOf(fileSystem, 100 * MiB, "unallocated@67108864")?.size).toBe(36 * MiB);
    expect(spaceItemOf(fileSystem, 105 * MiB, "slack")).toBeNull();
  });

  it("has keys of one form only", () => {
    expect(parseSpaceKey(`volume-slack@${3 * spaceWindowBytes}`)).toEqual({
      what: "volume slack",
      start: 3 * spaceWindowBytes,
    });
    for (const key of [
      "unallocated@",
      "unallocated@1",
      "unallocated@067108864",
      "slack",
      "free@0",
      "unallocated@-67108864",
    ]) {
      expect(parseSpaceKey(key), key).toBeNull();
    }
    const source = openRanges(new MemorySource(Buffer.from("0123456789")), [
      { start: 7, length: 2 },
      { start: 1, length: 1 },
    ]);
    expect(all(source).toString()).toBe("781");
  });
});
