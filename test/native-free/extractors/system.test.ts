import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { extractorFor } from "../../../native-free/extractors/index.ts";
import type { Beside } from "../../../native-free/model/extraction.ts";
import { identify } from "../../../native-free/typing/index.ts";
import * as files from "../../fixtures/data-files.ts";
import { context, gather, type Gathered, sourceOf } from "./gather.ts";

async function read(bytes: Uint8Array, beside: Beside | null = null): Promise<Gathered> {
  const { id } = await identify(sourceOf(bytes));
  return gather(extractorFor(id)!.extract(sourceOf(bytes), { ...context, beside }));
}
const time = "2024-03-01T10:00:00.0000000Z";

describe("recycle bin", () => {
  const record = files.recycled("C:\\Users\\a\\b.txt", 7);

  it("gives path, size and time", async () => {
    const { fields, labelled, findings } = await read(record);
    expect(fields).toEqual([
      ["size", "7"],
      ["deleted", time],
      ["originalPath", "C:\\Users\\a\\b.txt"],
    ]);
    expect(labelled["original path"]).toBe("C:\\Users\\a\\b.txt\n");
    expect(findings).toEqual([]);
  });

  it("says whether the content stands beside it, for this occurrence alone", async () => {
    const folder = (names: readonly string[]): Beside => ({
      self: "$IABC.txt",
      names: () => names,
      open: () => new MemorySource(Buffer.alloc(7)),
    });
    const found = async (beside: Beside): Promise<unknown[]> => {
      const all: unknown[] = [];
      for await (const each of extractorFor("recycle-i")!.extract(sourceOf(record), { ...context, beside }))
        all.push(each);
      return all.slice(-1);
    };
    expect(await found(folder(["$IABC.txt", "$RABC.txt"]))).toMatchObject([
      { here: true, finding: { code: "recycle/content-beside", params: { bytes: 7, recorded: 7 } } },
    ]);
    expect(await found(folder(["$IABC.txt"]))).toMatchObject([
      { here: true, finding: { code: "recycle/content-absent", params: { recorded: 7 } } },
    ]);
  });
});

it("reads a shortcut: times, arguments, machine", async () => {
  const { fields, text, findings } = await read(files.shortcut("..\\tool.exe", "/open x"));
  expect(fields).toEqual([
    ["created", time],
    ["size", "12345"],
    ["arguments", "/open x"],
    ["machineId", "workstation-7"],
  ]);
  expect(text).toContain("relative path: ..\\tool.exe\n");
  expect(findings).toEqual([]);
  const cut = await read(files.shortcut("..\\tool.exe", "/open x").subarray(0, 90));
  expect(cut.findings).toEqual([["system/damaged", { what: "shortcut" }]]);
});

it("gives the pictures of a thumbnail cache", async () => {
  const cache = files.thumbnailCache([files.jpegComment("one"), files.jpegComment("two")]);
  const names: string[] = [];
  for await (const each of extractorFor("thumbcache")!.extract(sourceOf(cache), context)) {
    if (each.what === "child") names.push(each.child.name.text);
  }
  expect(names).toEqual(["0000000000000000", "0000000000000001"]);
  const broken = Buffer.from(cache);
  broken.write("XXXX", cache.lastIndexOf("CMMM"), "latin1");
  expect((await read(broken)).findings).toEqual([["system/damaged", { what: "cache entry" }]]);
});

it("reads a torrent, and refuses one whose lengths lie", async () => {
  const file = files.torrent("a name");
  const { fields, labelled } = await read(file);
  expect(fields).toEqual([
    ["created", "2001-09-09T01:46:40Z"],
    ["url", "udp://tracker.sample"],
    ["documentId", files.infoHash(file)],
    ["originalName", "a name"],
  ]);
  expect(labelled["files"]).toBe("a name\t5\n");
  await expect(read(file.subarray(0, 60))).rejects.toMatchObject({ code: "system/damaged" });
  const small = { ...context, wholeLimitBytes: 10 };
  const large = await gather(extractorFor("torrent")!.extract(sourceOf(file), small));
  expect(large.findings).toEqual([["system/too-large", { limit: 10 }]]);
});

const iped = "artefacts/iped/iped-parsers/iped-parsers-impl/src/test/resources/test-files/";
/** Values as the upstream tests of these files assert them, or as their makers name them. */
const golden: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    "artefacts/ez-lnk/Lnk.Test/TestFiles/Misc/local.file.seven.test",
    [
      ["targetPath", "C:\\Users\\root\\Desktop\\Fatality.rdp"],
      ["machineId", "netbook"],
      ["volumeSerial", "502E-1A8A"],
    ],
  ],
  [
    "artefacts/ez-lnk/Lnk.Test/TestFiles/Misc/remote.file.xp.test",
    [["targetPath", "\\\\ALS-FICHIERS3\\QUALITÉ\\Archives\\Méthodologie WAS\\Norme de développement JAVA.doc"]],
  ],
  [
    `${iped}test_recyclebinINFO2`,
    [["originalPath", "C:\\Documents and Settings\\All Users\\Desktop\\有道桌面词典.lnk"]],
  ],
  [
    `${iped}test_torrentMultiple.torrent`,
    [
      ["documentId", "dd8255ecdc7ca55fb0bbf81323d87062db1f6d1c"],
      ["originalName", "Big Buck Bunny"],
    ],
  ],
];

describe("published files", () => {
  for (const [path, expected] of golden) {
    const url = new URL(`../../../../shared/data/${path}`, import.meta.url);
    it.skipIf(!existsSync(url))(`${path} (skipped where ../shared/data is absent)`, async () => {
      expect((await read(readFileSync(url))).fields).toEqual(expect.arrayContaining(expected.map((each) => [...each])));
    });
  }
});
