/** Containers of one packed stream: name, time, trailing bytes, damage. */
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { containerFor } from "../../../native-free/containers/index.ts";
import { identify } from "../../../native-free/typing/index.ts";
import { codesOf, readWith } from "../../fixtures/extraction-reader.ts";
import { packedAs, packedText } from "../../fixtures/packed-streams.ts";

const kinds = [
  ["bzip2", "bzip2"],
  ["xz", "xz"],
  ["lzma", "lzma"],
  ["lzip", "lzip"],
  ["lz4", "lz4"],
  ["compress", "compress"],
] as const;

describe.each(kinds)("%s container", (type, kind) => {
  it("is found by type and gives the content", async () => {
    const bytes = packedAs(kind);
    expect((await identify(new MemorySource(bytes))).id).toBe(type);
    const { children, findings } = await readWith(containerFor(type)!, bytes);
    expect(children.map(({ child, ended }) => [child.key, child.name.text, ended])).toEqual([["0", "content", null]]);
    expect(children[0]!.bytes.equals(packedText)).toBe(true);
    expect(findings).toEqual([]);
  });

  it("says that the stream is cut", async () => {
    const { children } = await readWith(containerFor(type)!, packedAs(kind).subarray(0, -30));
    if (type !== "compress") expect(children[0]!.ended).toBe("stream/damaged");
    expect(packedText.subarray(0, children[0]!.bytes.length).equals(children[0]!.bytes)).toBe(true);
  });
});

// Nothing marks the end of what compress writes.
describe.each(kinds.filter(([type]) => type !== "compress"))("%s container", (type, kind) => {
  it("gives what stands behind the stream as an item", async () => {
    const { children } = await readWith(containerFor(type)!, Buffer.concat([packedAs(kind), Buffer.from("hidden")]));
    expect(children.map(({ bytes }) => bytes.toString("latin1")).slice(1)).toEqual(["hidden"]);
    expect(codesOf(children[1]!.child.findings)).toEqual(["stream/trailing"]);
    const zeros = await readWith(containerFor(type)!, Buffer.concat([packedAs(kind), Buffer.alloc(600)]));
    expect(zeros.children).toHaveLength(1);
  });
});

/** A member with what its header can say. */
function member(name: string, comment: string, data: string): Buffer {
  const packed = gzipSync(data);
  const head = Buffer.from(packed.subarray(0, 10));
  head[3] = 4 | 8 | 16 | 2;
  head.writeUInt32LE(1_000_000_000, 4);
  return Buffer.concat([
    head,
    Buffer.from([2, 0, 1, 2]),
    Buffer.from(`${name}\0${comment}\0`),
    Buffer.from([0, 0]),
    packed.subarray(10),
  ]);
}

describe("gzip container", () => {
  const gzip = containerFor("gzip")!;

  it("gives name, remark and time of the first member, and the content of all", async () => {
    const bytes = Buffer.concat([member("a.txt", "a remark", "one "), gzipSync("two "), member("a.txt", "", "three")]);
    const { children, fields, findings } = await readWith(gzip, bytes);
    expect(fields).toEqual({ originalName: ["a.txt"], comment: ["a remark"] });
    expect(children.map(({ child, bytes: data }) => [child.name.text, data.toString()])).toEqual([
      ["a.txt", "one two three"],
    ]);
    expect(children[0]!.child.times).toMatchObject([{ kind: "m", value: "2001-09-09T01:46:40Z", source: "gzip" }]);
    expect(findings).toEqual([]);
    const named = await readWith(gzip, Buffer.concat([bytes, member("b.txt", "", "!")]));
    expect(named.findings).toMatchObject([{ code: "stream/other-names", params: { members: 1 } }]);
  });

  it("verifies checksum and length", async () => {
    const bytes = gzipSync("content");
    bytes[bytes.length - 8]! ^= 1;
    expect((await readWith(gzip, bytes)).children[0]).toMatchObject({ ended: "stream/checksum" });
    const length = gzipSync("content");
    length[length.length - 1]! ^= 1;
    expect((await readWith(gzip, length)).children[0]).toMatchObject({ ended: "stream/size-mismatch" });
    expect((await readWith(gzip, Buffer.from("1f8b0900", "hex"))).thrown).toBe("archive/damaged");
  });

  it("gives what is behind the last member, unless the consumer stopped before", async () => {
    const bytes = Buffer.concat([gzipSync("x".repeat(300_000)), Buffer.from("hidden")]);
    expect((await readWith(gzip, bytes)).children).toHaveLength(2);
    expect((await readWith(gzip, bytes, { childCapBytes: 1000 })).children).toHaveLength(1);
  });

  it("names what a stream uses that is not read", async () => {
    const lz4 = packedAs("lz4");
    lz4[4] = 0x80;
    expect((await readWith(containerFor("lz4")!, lz4)).children[0]).toMatchObject({ ended: "stream/unsupported" });
  });
});
