/** The tar container over archives of our own making: every way in which headers name, place and describe what follows. */
import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { tarContainer } from "../../../../native-free/containers/tar/container.ts";
import { paxHeader, tarEnd, tarEntry } from "../../../fixtures/archive-writer.ts";
import { codesOf, readWith } from "../../../fixtures/extraction-reader.ts";

const read = (...parts: Buffer[]): ReturnType<typeof readWith> =>
  readWith(tarContainer, Buffer.concat([...parts, tarEnd]));

describe("tar container", () => {
  it("gives back what was put in, with keys of offsets", async () => {
    const { children, findings, statuses } = await read(
      tarEntry({ name: "folder/", type: "5" }),
      tarEntry({ name: "folder/file", data: "content" }),
      tarEntry({ name: "link", type: "2", link: "folder/file" }),
      tarEntry({ name: "again", type: "1", link: "folder/file" }),
      tarEntry({ name: "pipe", type: "6" }),
    );
    expect(findings).toEqual([]);
    expect(statuses).toEqual([]);
    expect(children.map(({ child }) => [child.key, child.kind, child.name.text])).toEqual([
      ["0", "directory", "folder/"],
      ["512", "file", "folder/file"],
      ["1536", "symlink", "link"],
      ["2048", "file", "again"],
      ["2560", "special", "pipe"],
    ]);
    expect(children.map(({ bytes }) => bytes.toString())).toEqual(["", "content", "folder/file", "content", ""]);
    expect(children[4]!.ended).toBe("missing:special");
    expect(children[1]!.child.times).toMatchObject([
      { kind: "m", value: "2001-09-09T01:46:40Z", zone: "utc", source: "tar" },
    ]);
  });

  it("takes names from prefixes, GNU long names and pax records", async () => {
    const long = `${"x".repeat(150)}.txt`;
    const { children } = await read(
      tarEntry({ name: "name", data: "1", patch: [[345, "a/prefix"]] }),
      tarEntry({ name: "././@LongLink", type: "L", data: `${long}\0`, magic: "ustar  \0" }),
      tarEntry({ name: "cut", data: "2", magic: "ustar  \0" }),
      paxHeader({ path: "ätsch", mtime: "-1.25", atime: "1234567890", "LIBARCHIVE.creationtime": "5.000000001" }),
      tarEntry({ name: "short", data: "3" }),
      tarEntry({ name: "old/", magic: "", type: "\0" }),
      tarEntry({ name: Uint8Array.of(0xff, 0x41), data: "4" }),
    );
    expect(children.map(({ child }) => child.name.text)).toEqual(["a/prefix/name", long, "ätsch", "old/", "\ufffdA"]);
    expect(children[3]!.child.kind).toBe("directory");
    expect(children[4]!.child.name.bytes).toBe("/0E=");
    expect(children[2]!.child.times.map(({ kind, value }) => kind + value)).toEqual([
      "m1969-12-31T23:59:58.750000000Z",
      "a2009-02-13T23:31:30Z",
      "b1970-01-01T00:00:05.000000001Z",
    ]);
  });

  it("applies global records to all entries and unsets them by empty ones", async () => {
    const { children, fields } = await read(
      paxHeader({ comment: "a remark", path: "common" }, "g"),
      tarEntry({ name: "one" }),
      paxHeader({ path: "own" }),
      tarEntry({ name: "two" }),
    );
    expect(children.map(({ child }) => child.name.text)).toEqual(["common", "own"]);
    expect(fields.comment).toEqual(["a remark"]);
  });

  const whole = Buffer.alloc(3000);
  whole.write("abcd", 100);
  whole.write("wxyz", 2900);

  it.each([
    [
      "GNU",
      [
        tarEntry({
          name: "holes",
          type: "S",
          magic: "ustar  \0",
          data: "abcdwxyz",
          patch: [
            [386, "00000000144\0" + "00000000004\0" + "00000005524\0" + "00000000004\0"],
            [483, "00000005670\0"],
          ],
        }),
      ],
    ],
    [
      "pax 0.0",
      [
        paxHeader([
          ["GNU.sparse.size", "3000"],
          ["GNU.sparse.numblocks", "2"],
          ["GNU.sparse.offset", "100"],
          ["GNU.sparse.numbytes", "4"],
          ["GNU.sparse.offset", "2900"],
          ["GNU.sparse.numbytes", "4"],
        ]),
        tarEntry({ name: "holes", data: "abcdwxyz" }),
      ],
    ],
    [
      "pax 0.1",
      [
        paxHeader({ "GNU.sparse.size": "3000", "GNU.sparse.map": "100,4,2900,4", "GNU.sparse.name": "holes" }),
        tarEntry({ name: "x", data: "abcdwxyz" }),
      ],
    ],
    [
      "pax 1.0",
      [
        paxHeader({
          "GNU.sparse.major": "1",
          "GNU.sparse.minor": "0",
          "GNU.sparse.name": "holes",
          "GNU.sparse.realsize": "3000",
        }),
        tarEntry({ name: "x", data: `${"2\n100\n4\n2900\n4\n".padEnd(512, "\0")}abcdwxyz` }),
      ],
    ],
  ])("fills the gaps of sparse files, form of %s", async (_form, parts) => {
    const { children } = await read(...parts, tarEntry({ name: "next", data: "n" }));
    expect(children.map(({ child }) => [child.name.text, child.size])).toEqual([
      ["holes", 3000],
      ["next", 1],
    ]);
    expect(children[0]!.bytes.equals(whole)).toBe(true);
    expect(codesOf(children[0]!.child.findings)).toEqual([]);
  });

  it("gives the data of a sparse file whose map is damaged as they are", async () => {
    const { children } = await read(
      paxHeader({ "GNU.sparse.size": "3000", "GNU.sparse.map": "100,4,50,4" }),
      tarEntry({ name: "x", data: "abcdwxyz" }),
    );
    expect(codesOf(children[0]!.child.findings)).toEqual(["archive/sparse-map"]);
    expect(children[0]!.bytes.toString()).toBe("abcdwxyz");
  });

  it("goes on behind damage, and says where it was", async () => {
    const bad = tarEntry({ name: "bad", data: "lost" });
    bad[0] = 0x7a;
    const { children, findings, statuses } = await read(
      tarEntry({ name: "a", data: "1" }),
      bad,
      tarEntry({ name: "b", data: "2" }),
    );
    expect(children.map(({ child }) => child.name.text)).toEqual(["a", "b"]);
    expect(findings).toMatchObject([{ code: "archive/skipped", offset: 1024, params: { bytes: 1024 } }]);
    expect(statuses).toEqual(["partial:damaged"]);
  });

  it("says how much of the last entry is missing", async () => {
    const whole = tarEntry({ name: "a", data: "x".repeat(2000) });
    const { children, statuses } = await readWith(tarContainer, whole.subarray(0, 1512));
    expect(children[0]).toMatchObject({ ended: "archive/truncated-entry" });
    expect(children[0]!.bytes.length).toBe(1000);
    expect(children[0]!.child.findings).toMatchObject([{ code: "archive/truncated-entry", params: { bytes: 1000 } }]);
    expect(statuses).toEqual(["partial:damaged"]);
  });

  it("reads archives that were put together, and gives what is behind the last as an item", async () => {
    const { children } = await read(
      tarEntry({ name: "a" }),
      tarEnd,
      tarEntry({ name: "b" }),
      tarEnd,
      Buffer.from("hidden".padEnd(512, "!")),
    );
    expect(children.map(({ child }) => child.name.text)).toEqual(["a", "b", "bytes-behind-the-end"]);
    expect(children[2]!.bytes.toString()).toContain("hidden!!");
  });

  it("marks hostile names, absent link targets, times out of range and sizes that are none", async () => {
    const { children, findings } = await read(
      tarEntry({ name: "../x" }),
      tarEntry({ name: "l", type: "1", link: "nowhere" }),
      tarEntry({ name: "t", patch: [[136, "\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"]] }),
      paxHeader({ mtime: "999999999999999" }),
      tarEntry({ name: "u" }),
      tarEntry({ name: "s", size: "\xff".repeat(12) }),
      tarEntry({ name: "after" }),
    );
    expect(children.map(({ child }) => codesOf(child.findings))).toEqual([
      ["archive/name-hostile"],
      ["archive/link-absent"],
      [],
      ["archive/time-invalid"],
      [],
      [],
    ]);
    expect(codesOf(findings)).toEqual(["archive/damaged"]);
    expect(children.at(-1)!.child.name.text).toBe("after");
  });

  it("refuses what is no archive", async () => {
    expect((await readWith(tarContainer, Buffer.alloc(2048, "x"))).thrown).toBe("archive/damaged");
    expect((await readWith(tarContainer, Buffer.from("x"))).thrown).toBe("archive/damaged");
  });
});
