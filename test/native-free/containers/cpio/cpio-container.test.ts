/** The cpio container over archives of our own making. */
import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { cpioContainer } from "../../../../native-free/containers/cpio/container.ts";
import { cpio } from "../../../fixtures/archive-writer.ts";
import { codesOf, readWith } from "../../../fixtures/extraction-reader.ts";

const entries = [
  { name: "folder", mode: 0o040755 },
  { name: "folder/file", data: "content", inode: 5 },
  { name: "link", mode: 0o120777, data: "folder/file" },
  { name: "device", mode: 0o020644 },
];

describe("cpio container", () => {
  it.each(["newc", "crc", "odc", "le", "be"] as const)("reads the form %s", async (form) => {
    const { children, findings, statuses } = await readWith(cpioContainer, cpio(form, entries));
    expect(children.map(({ child }) => [child.kind, child.name.text])).toEqual([
      ["directory", "folder"],
      ["file", "folder/file"],
      ["symlink", "link"],
      ["special", "device"],
    ]);
    expect(children.map(({ bytes }) => bytes.toString())).toEqual(["", "content", "folder/file", ""]);
    expect(children[1]!.child.times[0]!.value).toBe("2001-09-09T01:46:40Z");
    expect([...findings, ...statuses]).toEqual([]);
  });

  it("gives all names of a file its content", async () => {
    const { children } = await readWith(
      cpioContainer,
      cpio("newc", [
        { name: "first", links: 2, inode: 9 },
        { name: "other", data: "o", inode: 10 },
        { name: "second", data: "shared", links: 2, inode: 9 },
        { name: "alone", links: 2, inode: 11 },
      ]),
    );
    expect(children.map(({ child, bytes }) => [child.name.text, bytes.toString()])).toEqual([
      ["other", "o"],
      ["first", "shared"],
      ["second", "shared"],
      ["alone", ""],
    ]);
  });

  it("says where a checksum does not fit", async () => {
    const { children } = await readWith(cpioContainer, cpio("crc", [{ name: "a", data: "content", sum: 1 }]));
    expect(children[0]).toMatchObject({ ended: "archive/checksum" });
    expect(children[0]!.bytes.toString()).toBe("content");
  });

  it("goes on behind damage and reads archives one behind the other", async () => {
    const first = cpio("newc", [{ name: "a", data: "1" }]);
    const end = first.indexOf("070701", 10);
    const damaged = Buffer.concat([
      first.subarray(0, end),
      Buffer.from("noise"),
      cpio("newc", [{ name: "b", data: "2" }]),
    ]);
    const { children, findings } = await readWith(cpioContainer, damaged);
    expect(children.map(({ child }) => child.name.text)).toEqual(["a", "b"]);
    expect(findings).toMatchObject([{ code: "archive/skipped", params: { bytes: 5 } }]);
    const two = await readWith(cpioContainer, Buffer.concat([first, Buffer.alloc(100), cpio("odc", [{ name: "c" }])]));
    expect(two.children.map(({ child }) => child.name.text)).toEqual(["a", "c"]);
    expect(two.findings).toEqual([]);
  });

  it("says that the trailer is missing and gives what stands behind it", async () => {
    const whole = cpio("newc", entries);
    const cut = await readWith(cpioContainer, whole.subarray(0, whole.indexOf("TRAILER") - 110));
    expect(codesOf(cut.findings)).toEqual(["archive/damaged"]);
    const more = await readWith(cpioContainer, Buffer.concat([whole, Buffer.from("hidden")]));
    expect(more.children.at(-1)!.bytes.toString()).toBe("hidden");
    const short = await readWith(cpioContainer, cpio("newc", [{ name: "a", data: "x".repeat(400) }]).subarray(0, 300));
    expect(short.children[0]).toMatchObject({ ended: "archive/truncated-entry" });
    expect(short.statuses).toContain("partial:damaged");
  });
});
