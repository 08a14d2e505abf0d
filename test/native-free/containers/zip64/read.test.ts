/** The synchronous ZIP reader, against archives of this project, of Python and of no one. */
import { Buffer } from "node:buffer";
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import {
  memberDataAt,
  readMember,
  readZipDirectory,
  walkMembers,
} from "../../../../native-free/containers/zip64/read.ts";
import { Zip64Writer } from "../../../../native-free/containers/zip64/writer.ts";
import { ByteStore } from "../../../fixtures/aff4-image.ts";
import { noise } from "../../../fixtures/ewf-set.ts";

const LIMIT = 1 << 20;
const text = Buffer.from("text ".repeat(100));

function archive(): Uint8Array<ArrayBuffer> {
  const store = new ByteStore();
  const zip = new Zip64Writer(store, { dosTime: new Date("2026-11-21T19:34:54Z") });
  zip.addStored("a", noise(300));
  zip.addDeflated("ordner/ä%", text);
  zip.beginStored("b");
  zip.append(noise(100));
  zip.append(noise(50));
  zip.endStored();
  zip.addStored("empty", new Uint8Array(0));
  zip.finish(Buffer.from("comment"));
  return store.bytes;
}

describe("the ZIP reader", () => {
  it("reads every member of a ZIP64 archive, with and without its directory", () => {
    const source = new MemorySource(archive());
    const directory = readZipDirectory(source)!;
    expect([directory.whole, Buffer.from(directory.comment).toString()]).toEqual([true, "comment"]);
    expect(directory.members.map(({ name }) => name)).toEqual(["a", "ordner/ä%", "b", "empty"]);
    const contents = directory.members.map((member) => readMember(source, member, LIMIT)!);
    expect(contents.every(({ sound }) => sound)).toBe(true);
    expect(contents.map(({ bytes }) => bytes.length)).toEqual([300, text.length, 150, 0]);
    expect(Buffer.compare(contents[1]!.bytes, text)).toBe(0);
    const walked = walkMembers(source);
    expect(walked.members).toEqual(directory.members);
    expect(walked.end).toBe(directory.at);
  });

  it("finds the directory in front of other bytes", () => {
    const bytes = new Uint8Array(Buffer.concat([archive(), noise(5000)]));
    expect(readZipDirectory(new MemorySource(bytes))?.members).toHaveLength(4);
  });

  it("refuses members that are too large, encrypted or of an unknown method, and names unsound ones", () => {
    const bytes = archive();
    const source = new MemorySource(bytes);
    const [a, packed] = readZipDirectory(source)!.members;
    expect(readMember(source, a!, 299)).toBeNull();
    expect(readMember(source, { ...a!, flags: 1 }, LIMIT)).toBeNull();
    expect(readMember(source, { ...a!, method: 12 }, LIMIT)).toBeNull();
    expect(readMember(source, { ...packed!, size: text.length - 1 }, LIMIT)?.sound).toBe(false);
    expect(readMember(source, { ...packed!, size: 10 }, 100)).toBeNull();
    expect(memberDataAt(source, { ...a!, headerAt: 7 })).toBeNull();
    expect(memberDataAt(source, { ...a!, compressedSize: 2 ** 40 })).toBeNull();
    bytes[memberDataAt(source, a!)!]! ^= 1;
    expect(readMember(source, a!, LIMIT)).toMatchObject({ sound: false });
  });

  it("says where the directory is damaged", () => {
    const bytes = archive();
    const { at } = readZipDirectory(new MemorySource(bytes))!;
    const second = Buffer.from(bytes).indexOf("PK\u0001\u0002", at + 4, "latin1");
    bytes[second] = 0;
    expect(readZipDirectory(new MemorySource(bytes))).toMatchObject({ whole: false, members: [{ name: "a" }] });
    bytes[at] = 0;
    expect(readZipDirectory(new MemorySource(bytes))).toBeNull();
  });

  it("never throws, whatever it is given", () => {
    const whole = archive();
    for (let length = 0; length <= whole.length; length++) {
      const source = new MemorySource(whole.slice(0, length));
      const { members, end } = walkMembers(source);
      expect(end).toBeLessThanOrEqual(length);
      for (const member of [...members, ...(readZipDirectory(source)?.members ?? [])])
        readMember(source, member, LIMIT);
    }
    const random = noise(4000, 11);
    for (let turn = 0; turn < 1000; turn++) {
      const copy = whole.slice();
      const [a, b, c] = random.subarray(4 * turn, 4 * turn + 3);
      copy[((a! << 8) | b!) % copy.length] = c!;
      const source = new MemorySource(copy);
      for (const member of [...walkMembers(source).members, ...(readZipDirectory(source)?.members ?? [])]) {
        readMember(source, member, LIMIT);
      }
    }
    expect(readZipDirectory(new MemorySource(noise(100_000)))).toBeNull();
  });

  it("reads what Python writes to a pipe, with descriptors", ({ skip }) => {
    skip(Boolean(spawnSync("python3", ["--version"]).error), "needs python3");
    const script = `
import sys, zipfile
class Pipe:
    def write(self, data): return sys.stdout.buffer.write(data)
    def flush(self): pass
with zipfile.ZipFile(Pipe(), "w") as archive:
    with archive.open("streamed", "w", force_zip64=True) as member: member.write(b"x" * 70000)
    archive.writestr(zipfile.ZipInfo("second"), "PK\\x07\\x08 is no descriptor here")
`;
    const { stdout, status } = spawnSync("python3", ["-c", script], { maxBuffer: 1 << 24 });
    expect(status).toBe(0);
    const source = new MemorySource(new Uint8Array(stdout));
    const { members, whole } = readZipDirectory(source)!;
    expect([whole, members.length]).toEqual([true, 2]);
    for (const member of members) expect(readMember(source, member, LIMIT)?.sound).toBe(true);
    expect(walkMembers(source).members[0]).toMatchObject({
      name: "streamed",
      size: 70_000,
      crc32: members[0]!.crc32,
    });
  });
});
