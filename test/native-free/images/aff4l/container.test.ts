import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../../../native-free/bytes/byte-source.ts";
import { Zip64Writer } from "../../../../native-free/containers/zip64/writer.ts";
import type { LogicalEntry } from "../../../../native-free/images/aff4l/entry.ts";
import { packContent } from "../../../../native-free/images/aff4l/pack.ts";
import { isAff4Logical, openAff4Logical } from "../../../../native-free/images/aff4l/reader.ts";
import { TornContainer } from "../../../../native-free/images/aff4l/resume.ts";
import { Aff4LogicalWriter, type LogicalSink } from "../../../../native-free/images/aff4l/writer.ts";
import { isEvidenceError } from "../../../../native-free/model/errors.ts";
import { nameFromBytes } from "../../../../native-free/model/forensic-path.ts";

const facts = {
  volume: "aff4://5aea2dd0-32b4-4c61-a9db-677654be6f83",
  created: "2026-03-04T05:06:08.000Z",
  tool: "vestige 1",
};

class MemorySink implements LogicalSink {
  bytes: Buffer;

  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.bytes = Buffer.from(bytes);
  }

  write(bytes: Uint8Array): void {
    this.bytes = Buffer.concat([this.bytes, bytes]);
  }

  patch(at: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, at);
  }

  cut(at: number): void {
    this.bytes = this.bytes.subarray(0, at);
  }
}

interface Item {
  readonly entry: LogicalEntry;
  readonly content: Uint8Array | null;
}

const digestOf = (name: string, bytes: Uint8Array) => createHash(name).update(bytes).digest("hex");
const time = "2025-12-24T18:00:00.123456789Z";

function fileItem(path: string | Uint8Array, content: Uint8Array, more: Partial<LogicalEntry> = {}): Item {
  const entry: LogicalEntry = {
    path: nameFromBytes(Buffer.from(path as string)),
    kind: "file",
    status: "done",
    reason: null,
    size: content.length,
    md5: digestOf("md5", content),
    sha1: digestOf("sha1", content),
    sha256: digestOf("sha256", content),
    times: { m: time, a: time, c: time, b: null },
    mode: "100644",
    uid: 1000,
    gid: 0,
    device: "2049",
    inode: "12345678901234567890",
    links: 1,
    target: null,
    xattrs: [],
    notRecorded: [],
    findings: [],
    ...more,
  };
  return { entry, content };
}

function otherItem(path: string, kind: LogicalEntry["kind"], more: Partial<LogicalEntry> = {}): Item {
  const none = { size: null, md5: null, sha1: null, sha256: null };
  return { entry: { ...fileItem(path, new Uint8Array(0)).entry, kind, ...none, ...more }, content: null };
}

const text = Buffer.from("the same words again and again, ".repeat(40));
const items: Item[] = [
  otherItem("folder", "directory", { mode: "40755" }),
  fileItem("folder/a.txt", text),
  fileItem("folder/b.txt", text),
  fileItem("folder/empty", Buffer.alloc(0)),
  fileItem("folder/empty too", Buffer.alloc(0)),
  fileItem("folder/noise", Buffer.from(Array.from({ length: 3000 }, (_, at) => (at * 7919 + (at >> 3) * 31) & 0xff))),
  fileItem(Buffer.from([0x6e, 0xff, 0x0a, 0x22]), Buffer.from("raw name")),
  fileItem('quote " comma, .csv', text, {
    times: {
      m: "+012345-01-01T00:00:00.000000000Z",
      a: "@9999999999999",
      c: null,
      b: "1601-01-01T00:00:00.000000100Z",
    },
    xattrs: [{ name: 'user."x"', value: "AAECAw==" }],
    notRecorded: [{ what: "birth-time", why: "not kept by the file system" }],
    findings: [{ code: "folder/hard-link", offset: null, length: null, params: { links: 2 } }],
    status: "partial",
    reason: "changed",
  }),
  otherItem("link", "symlink", {
    target: { text: "../a\ufffd", bytes: "Li4vYf8=" },
    status: "skipped",
    reason: "symlink",
  }),
  otherItem("pipe", "special", { status: "skipped", reason: "special" }),
  otherItem("gone", "special", {
    status: "failed",
    reason: "unreadable",
    times: { m: null, a: null, c: null, b: null },
    ...{ mode: null, uid: null, gid: null, device: null, inode: null, links: null, xattrs: null },
  }),
  fileItem("unreadable", Buffer.alloc(5), { status: "failed", size: 5, md5: null, sha1: null, sha256: null }),
];

function write(all: readonly Item[], sink = new MemorySink()): Buffer {
  const writer = new Aff4LogicalWriter(sink, facts);
  addAll(writer, all);
  return sink.bytes;
}

function addAll(writer: Aff4LogicalWriter, all: readonly Item[], from = 0): void {
  for (const { entry, content } of all.slice(from)) writer.add(entry, content && packContent(content));
  writer.finish(() => all.map(({ entry }) => entry));
}

/** Continues a container from what is left of it. */
function resume(sink: MemorySink, left: Uint8Array, entries: readonly LogicalEntry[]) {
  const torn = new TornContainer(new MemorySource(left), facts);
  for (const entry of entries) {
    const keeping = torn.keep(entry);
    let step = keeping.next();
    while (!step.done) step = keeping.next();
    if (!step.value) break;
  }
  return { writer: new Aff4LogicalWriter(sink, facts, torn), kept: torn.kept };
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (isEvidenceError(error)) return error.code;
    throw error;
  }
  return "";
}

describe("a logical container", () => {
  it("gives back every entry with all its metadata and every content", () => {
    const container = openAff4Logical(new MemorySource(write(items)));
    const files = [...container.entries()];
    expect(files.map(({ entry }) => entry)).toEqual(items.map(({ entry }) => entry));
    expect(container.findings).toEqual([]);
    for (const [index, file] of files.entries()) {
      const { content, entry } = items[index] as Item;
      if (content === null || entry.sha256 === null) continue;
      const source = container.open(file);
      expect(source.size).toBe(content.length);
      expect(Buffer.from(readRange(source, 0, content.length)).equals(content)).toBe(true);
      const middle = readRange(source, 3, 5);
      expect(Buffer.from(middle).equals(Buffer.from(content.subarray(3, 8)))).toBe(true);
      const runs = [...source.runsIn(0, source.size)];
      expect(runs.reduce((sum, run) => sum + run.length, 0)).toBe(source.size);
    }
  });

  it("holds a content once and lists its further occurrences", () => {
    const bytes = write(items);
    const container = openAff4Logical(new MemorySource(bytes));
    expect(container.members.has("files/folder/a.txt")).toBe(true);
    expect(container.members.has("files/folder/b.txt")).toBe(false);
    const files = [...container.entries()];
    expect(files.filter(({ stream }) => stream !== null).map(({ entry }) => entry.path.text)).toEqual([
      "folder/b.txt",
      'quote " comma, .csv',
    ]);
    const duplicate = files.find(({ entry }) => entry.path.text === "folder/b.txt");
    expect(duplicate && container.targetOf(duplicate)?.name).toBe("files/folder/a.txt");
    const index = container.openMember(container.members.get("index.csv") as never);
    const lines = Buffer.from(readRange(index, 0, index.size))
      .toString()
      .split("\r\n");
    const { sha256 } = (items[1] as Item).entry;
    expect(lines).toEqual([
      "path,size,sha256,content,map",
      `files/folder/b.txt,${text.length},${sha256},files/folder/a.txt,duplicates/00000000`,
      `"files/quote %22 comma, .csv",${text.length},${sha256},files/folder/a.txt,duplicates/00000001`,
      "",
    ]);
  });

  it("is an AFF4 volume: description first, version, its name in the comment", () => {
    const bytes = write(items);
    const container = openAff4Logical(new MemorySource(bytes));
    const members = [...container.members.values()];
    expect(members[0]?.name).toBe("container.description");
    expect(members[1]?.name).toBe("version.txt");
    expect(container.volume).toBe(facts.volume);
    expect(bytes.subarray(-facts.volume.length).toString()).toBe(facts.volume);
    expect(isAff4Logical(new MemorySource(bytes))).toBe(true);
    expect(isAff4Logical(new MemorySource(Buffer.from("PK nothing of the kind")))).toBe(false);
  });

  it("takes contents of unknown size, and cuts off those that it has already or that failed", () => {
    const stream = (writer: Aff4LogicalWriter, { entry, content }: Item) => {
      writer.begin(entry.path);
      for (let at = 0; at < (content?.length ?? 0); at += 7)
        writer.append((content as Uint8Array).subarray(at, at + 7));
      writer.end(entry);
    };
    const sink = new MemorySink();
    const writer = new Aff4LogicalWriter(sink, facts);
    const streamed = [items[1], items[2], items[5], items.at(-1)] as Item[];
    for (const item of streamed) stream(writer, item);
    writer.begin(nameFromBytes(Buffer.from("given up")));
    writer.append(Buffer.alloc(100));
    writer.abandon();
    writer.finish(() => streamed.map(({ entry }) => entry));
    expect([writer.contents, writer.duplicates]).toEqual([2, 1]);
    const container = openAff4Logical(new MemorySource(sink.bytes));
    expect([...container.members.keys()].filter((name) => /^(files|dup)/.test(name))).toEqual([
      "files/folder/a.txt",
      "duplicates/00000000/map",
      "duplicates/00000000/idx",
      "files/folder/noise",
    ]);
    const [, second] = [...container.entries()];
    expect(Buffer.from(readRange(container.open(second as never), 0, 1e6)).equals(text)).toBe(true);
  });

  it("keeps a few hundred bytes of memory for each file", () => {
    const count = 20_000;
    let written = 0;
    const sink: LogicalSink = {
      write: (bytes) => void (written += bytes.length),
      patch: () => undefined,
      cut: () => undefined,
    };
    const entryAt = (at: number): Item => {
      const content = Buffer.from(`content ${at}`);
      return fileItem(`some folder/and another/file number ${at}.txt`, content);
    };
    const writer = new Aff4LogicalWriter(sink, facts);
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let at = 0; at < count; at++) {
      const { entry, content } = entryAt(at);
      writer.add(entry, packContent(content ?? new Uint8Array(0)));
    }
    collect();
    const each = (process.memoryUsage().heapUsed - before) / count;
    expect(each).toBeLessThan(700);
    function* entries(): Iterable<LogicalEntry> {
      for (let at = 0; at < count; at++) yield entryAt(at).entry;
    }
    writer.finish(entries);
    collect();
    expect((process.memoryUsage().heapUsed - before) / count).toBeLessThan(700);
    expect(writer.contents).toBe(count);
    expect(written).toBe(writer.at);
  });

  it("continues to the same bytes wherever it was cut off", () => {
    const whole = write(items);
    const entries = items.map(({ entry }) => entry);
    const kepts = new Set<number>();
    for (let at = 0; at <= whole.length; at += at < 400 ? 3 : 61) {
      const torn = whole.subarray(0, at);
      const sink = new MemorySink(torn);
      const { writer, kept } = resume(sink, torn, entries);
      kepts.add(kept);
      addAll(writer, items, kept);
      expect(sink.bytes.equals(whole), `cut at ${at}, kept ${kept}`).toBe(true);
    }
    expect([...kepts].at(-1)).toBe(items.length);
    expect(kepts.size).toBeGreaterThan(6);
  });

  it("keeps nothing behind a byte that changed", () => {
    const whole = write(items);
    const entries = items.map(({ entry }) => entry);
    for (let at = 0; at < whole.length - 4000; at += 23) {
      const torn = Buffer.from(whole);
      torn[at] = (torn[at] ?? 0) ^ 0x40;
      const sink = new MemorySink(torn);
      const { writer, kept } = resume(sink, torn, entries);
      addAll(writer, items, kept);
      expect(sink.bytes.equals(whole), `changed at ${at}, kept ${kept}`).toBe(true);
    }
  });

  it("names what is damaged instead of giving wrong bytes in silence", () => {
    const whole = write(items);
    const cut = openAff4Logical(new MemorySource(whole.subarray(0, whole.length - 60)));
    expect(cut.findings.map(({ code }) => code)).toEqual(["aff4l/directory-damaged"]);
    expect([...cut.entries()]).toHaveLength(items.length);
    const early = openAff4Logical(new MemorySource(whole.subarray(0, 2000)));
    expect([...early.entries()]).toEqual([]);
    expect(early.findings.map(({ code }) => code)).toContain("aff4l/metadata-damaged");
    expect(codeOf(() => openAff4Logical(new MemorySource(Buffer.alloc(100))))).toBe("aff4l/no-volume");

    const container = openAff4Logical(new MemorySource(whole));
    const [file] = [...container.entries()].filter(({ entry }) => entry.path.text === "folder/a.txt");
    const member = container.members.get("files/folder/a.txt");
    expect(member?.method).toBe(8);
    const spoilt = Buffer.from(whole);
    spoilt.fill(0xff, (member?.headerAt ?? 0) + 70, (member?.headerAt ?? 0) + 80);
    expect(codeOf(() => openAff4Logical(new MemorySource(spoilt)).open(file as never))).toBe("aff4l/content-damaged");
    const noHeader = Buffer.from(whole);
    noHeader.fill(0, member?.headerAt, (member?.headerAt ?? 0) + 4);
    expect(codeOf(() => openAff4Logical(new MemorySource(noHeader)).open(file as never))).toBe("aff4l/content-missing");
    const stream = { ...(file as object), fileName: null, urn: "aff4://other/x", stream: null, isSegment: false };
    expect(codeOf(() => container.open(stream as never))).toBe("aff4l/content-unsupported");
  });

  it("reads what another writer makes of a file: spaces in names, a slash in front, other times, no statements of ours", () => {
    const sink = new MemorySink();
    const zip = new Zip64Writer(sink, { dosTime: new Date(facts.created) });
    const content = Buffer.from("dream");
    zip.addStored("container.description", Buffer.from(facts.volume));
    zip.addDeflated("/test images/dream.txt", content);
    const statements = `@prefix aff4: <http://aff4.org/Schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<${facts.volume}//test%20images/dream.txt> a aff4:FileImage, aff4:Image, aff4:zip_segment ;
    aff4:hash "${digestOf("md5", content)}"^^aff4:MD5 ;
    aff4:lastWritten "2018-09-17T13:42:20+10:00"^^xsd:datetime ;
    aff4:originalFileName "./test images/dream.txt"^^xsd:string ;
    aff4:size 5 ;
    aff4:stored <${facts.volume}> .
`;
    zip.addDeflated("information.turtle", Buffer.from(statements));
    zip.finish(Buffer.from(facts.volume));
    const container = openAff4Logical(new MemorySource(sink.bytes));
    const [file] = [...container.entries()];
    expect(file?.entry).toMatchObject({
      path: { text: "./test images/dream.txt", bytes: null },
      kind: "file",
      size: 5,
      md5: digestOf("md5", content),
      sha256: null,
      times: { m: "2018-09-17T13:42:20+10:00", b: null },
      xattrs: null,
    });
    expect(Buffer.from(readRange(container.open(file as never), 0, 5)).toString()).toBe("dream");
  });

  it("is read by ZIP tools, for any names and contents", () => {
    const folder = mkdtempSync(join(tmpdir(), "vestige-aff4l-"));
    try {
      const path = join(folder, "x.aff4");
      writeFileSync(path, write(items));
      const program =
        "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print(z.testzip(), z.read('files/folder/a.txt') == z.read('files/folder/a.txt'), len(z.namelist()))";
      const said = execFileSync("python3", ["-c", program, path], { encoding: "utf8" });
      expect(said.trim()).toMatch(/^None True \d+$/);
      expect(execFileSync("unzip", ["-tq", path], { encoding: "utf8" })).toContain("No errors detected");
      execFileSync("unzip", ["-q", path, "-d", join(folder, "out")]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("never hangs or throws anything but EvidenceError on a container that was changed anywhere", () => {
    const whole = write(items);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, cut) => {
        const bytes = Buffer.from(whole.subarray(0, Math.max(cut, whole.length >> 1)));
        if (at < bytes.length) bytes[at] = value;
        codeOf(() => {
          const container = openAff4Logical(new MemorySource(bytes));
          for (const file of container.entries()) {
            if (file.entry.kind === "file") codeOf(() => readRange(container.open(file), 0, 1 << 16));
          }
        });
      }),
      { numRuns: 150 },
    );
  });
});
