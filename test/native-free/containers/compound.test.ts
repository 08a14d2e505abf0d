/** Compound files of programs that have no reader of their own. */
import { describe, expect, it } from "vitest";
import { compoundContainer } from "../../../native-free/containers/compound/container.ts";
import { writeCompound } from "../../fixtures/compound-writer.ts";
import { codesOf, readWith, textUnder } from "../../fixtures/extraction-reader.ts";
import { olePackage } from "../../fixtures/office-writer.ts";
import { hangul, installer, thumbnails } from "../../fixtures/reader-seeds/office.ts";

const options = { passwords: [], beside: null };

/** A property set of the summary: code page 1252, a title, a time of saving. */
function summary(): Buffer {
  const bytes = Buffer.alloc(128);
  bytes.writeUInt16LE(0xfffe, 0);
  bytes.writeUInt32LE(1, 24);
  bytes.set(Buffer.from("e0859ff2f94f6810ab9108002b27b3d9", "hex"), 28);
  bytes.writeUInt32LE(48, 44);
  bytes.writeUInt32LE(80, 48);
  bytes.writeUInt32LE(3, 52);
  for (const [i, [id, at]] of (
    [
      [1, 32],
      [2, 40],
      [13, 56],
    ] as const
  ).entries()) {
    bytes.writeUInt32LE(id, 56 + 8 * i);
    bytes.writeUInt32LE(at, 60 + 8 * i);
  }
  bytes.writeUInt32LE(2, 80);
  bytes.writeUInt16LE(1252, 84);
  bytes.writeUInt32LE(0x1e, 88);
  bytes.writeUInt32LE(6, 92);
  bytes.write("Pläne", 96, "latin1");
  bytes.writeUInt32LE(0x40, 104);
  bytes.writeBigUInt64LE(133_485_408_000_000_000n, 108);
  return bytes;
}

describe("the container of compound files", () => {
  it("gives pictures of Thumbs.db the names and times of their files", async () => {
    const { children, texts } = await readWith(compoundContainer, thumbnails(), options);
    expect(children.map(({ child, bytes }) => [child.name.text, bytes.toString("hex")])).toEqual([
      ["beach.jpg.jpg", "ffd8ffd9"],
    ]);
    expect(children[0]!.child.times).toEqual([
      { kind: "m", value: "2003-06-13T17:46:40.0000000Z", zone: "utc", source: "thumbs-db" },
    ]);
    expect(texts).toEqual([{ text: "C:\\Photos\\beach.jpg\n", label: "catalog" }]);
  });

  it("reads deflated text of Hangul documents", async () => {
    const read = await readWith(compoundContainer, hangul(), options);
    expect(textUnder(read, null)).toBe("문서 본문\n");
  });

  it("reads the strings of installers and decodes the names of tables", async () => {
    const read = await readWith(compoundContainer, installer(), options);
    expect(textUnder(read, "strings")).toBe("ProductName\nExample Tool\n");
    expect(read.children.map(({ child }) => child.name.text).sort()).toEqual([
      "!_StringData",
      "!_StringPool",
      "Binary.notes",
    ]);
  });

  it("reads summary fields, and packaged files as what they were", async () => {
    const bytes = writeCompound([
      { path: "\u0005SummaryInformation", bytes: summary() },
      { path: "Objects/\u0001Ole10Native", bytes: olePackage("a.txt", "C:\\Users\\ann\\a.txt", "inside") },
      { path: "Objects/other", bytes: Buffer.from("something else") },
    ]);
    const read = await readWith(compoundContainer, bytes, options);
    expect(read.fields).toEqual({
      title: ["Pläne"],
      modified: ["2024-01-01T00:00:00.0000000Z"],
      originalPath: ["C:\\Users\\ann\\a.txt"],
    });
    expect(read.children.map(({ child, bytes: content }) => [child.name.text, content.toString()])).toEqual([
      ["a.txt", "inside"],
      ["Objects/other", "something else"],
    ]);
  });

  it("gives what is left of a cut file, with the end of each stream named", async () => {
    const whole = writeCompound([
      { path: "long", bytes: Buffer.alloc(9000, "x") },
      { path: "note", bytes: Buffer.from("short") },
    ]);
    const read = await readWith(compoundContainer, whole.subarray(0, 512 * 22), options);
    expect(codesOf(read.findings).length).toBeGreaterThan(0);
    expect(read.statuses).toContain("partial:damaged");
  });

  it("lists packages that are encrypted in unknown ways as such", async () => {
    const bytes = writeCompound([
      { path: "EncryptedPackage", bytes: Buffer.alloc(64) },
      { path: "EncryptionInfo", bytes: Buffer.from("0400040040000000", "hex") },
    ]);
    const read = await readWith(compoundContainer, bytes, options);
    expect([codesOf(read.findings), read.statuses]).toEqual([["office/unknown-encryption"], ["failed:encrypted"]]);
  });
});
