/** Other people's programs read what we write, and we read what they wrote. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { probeOf } from "../../../../native-free/images/index.ts";
import { aff4Format } from "../../../../native-free/images/aff4/format.ts";
import { openAff4, type Aff4OpenOptions } from "../../../../native-free/images/aff4/open.ts";
import type { Aff4Image } from "../../../../native-free/images/aff4/image.ts";
import { AFF4_CHUNK as CHUNK, aff4Image, type Aff4Options } from "../../../fixtures/aff4-image.ts";
import { mixedMedium, noise } from "../../../fixtures/ewf-set.ts";

const absent = (tool: string): boolean => Boolean(spawnSync(tool, ["--help"]).error);

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "vestige-aff4-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const media: readonly (readonly [name: string, medium: Uint8Array, options: Aff4Options])[] = [
  ["empty", new Uint8Array(0), {}],
  ["sector", noise(512), { compression: "lz4" }],
  ["deflate", mixedMedium(9 * CHUNK + 1024), { chunksInBevy: 4 }],
  ["lz4", mixedMedium(9 * CHUNK + 1000), { compression: "lz4", chunksInBevy: 4 }],
  ["stored", mixedMedium(4 * CHUNK), { compression: "none", chunksInBevy: 4 }],
];

/**
 * Reads an image without any of our code: every member by zipfile (which checks the CRC), every chunk by its index entry, every
 * hash that the description names. LZ4 by the block format's own rules.
 */
const reader = String.raw`
import hashlib, re, struct, sys, zipfile, zlib
def lz4(block, size):
    out, at = bytearray(), 0
    while at < len(block):
        token = block[at]; at += 1
        count = token >> 4
        if count == 15:
            while True:
                more = block[at]; at += 1; count += more
                if more != 255: break
        out += block[at:at + count]; at += count
        if at == len(block):
            assert count >= 5, "last literals"
            break
        offset = block[at] | block[at + 1] << 8; at += 2
        assert 0 < offset <= len(out)
        count = (token & 15) + 4
        start = len(out)
        if token & 15 == 15:
            while True:
                more = block[at]; at += 1; count += more
                if more != 255: break
        assert start <= size - 12 and start + count <= size - 5, "end of block conditions"
        for _ in range(count): out.append(out[-offset])
    assert len(out) == size
    return bytes(out)
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
names = archive.namelist()
assert names[:2] == ["container.description", "version.txt"], names
volume = archive.read("container.description").decode()
assert archive.comment.decode() == volume
assert archive.read("version.txt").decode().startswith("major=1\nminor=0\ntool=")
turtle = archive.read("information.turtle").decode()
parts = {}
for part in re.split(r"\n\n", turtle):
    head = re.match(r"<(aff4://[^>]+)>\n", part)
    if head: parts[head.group(1)] = part
image = next(k for k, v in parts.items() if "a aff4:DiskImage" in v)
field = lambda urn, name: re.search(r'\b' + name + r' (.*?) (?:;|\.)\n', parts[urn] + "\n").group(1)
iri = lambda urn, name: field(urn, name).strip("<>")
number = lambda urn, name: int(re.match(r'"(\d+)"', field(urn, name)).group(1))
hashes = lambda urn: dict((b, a) for a, b in re.findall(r'"([0-9a-f]+)"\^\^aff4:(\w+)', field(urn, "aff4:hash")))
mapped = iri(image, "aff4:dataStream")
stream = iri(mapped, "aff4:dependentStream")
folder = lambda urn: urn.replace(":", "%3A").replace("/", "%2F")
method = re.search(r"aff4:compressionMethod <([^>]+)>", parts[stream])
size = number(stream, "aff4:size")
chunk, per = number(stream, "aff4:chunkSize"), number(stream, "aff4:chunksInSegment")
data, digests = bytearray(), b""
for bevy in range((size + chunk * per - 1) // (chunk * per)):
    name = "%s/%08d" % (folder(stream), bevy)
    stored, index = archive.read(name), archive.read(name + ".index")
    block = archive.read(name + ".blockHash.blake2b")
    digests += block
    for at in range(0, len(index), 12):
        offset, length = struct.unpack("<QI", index[at:at + 12])
        raw = stored[offset:offset + length]
        if length != chunk:
            assert length < chunk - 16 and method
            raw = zlib.decompress(raw, -15) if "rfc1951" in method.group(1) else lz4(raw, chunk)
        assert len(raw) == chunk
        assert hashlib.blake2b(raw).digest() == block[at // 12 * 64:at // 12 * 64 + 64]
        data += raw
assert not any(data[size:])
data = data[:size]
points, idx = archive.read(folder(mapped) + "/map"), archive.read(folder(mapped) + "/idx")
lines = idx.decode().splitlines()
assert lines[0] == stream
end = 0
for at in range(0, len(points), 28):
    start, length, target, number_ = struct.unpack("<QQQI", points[at:at + 28])
    assert start == end and target == start and lines[number_] == stream
    end = start + length
assert end == size == number(mapped, "aff4:size") == number(image, "aff4:size")
for said in (hashes(image), hashes(stream)):
    for name in ("MD5", "SHA1", "SHA256", "SHA512"):
        assert said[name] == hashlib.new(name.lower(), data).hexdigest(), name
sha = lambda data: hashlib.sha512(data)
assert hashes(stream + "/blockhash.blake2b")["SHA512"] == sha(digests).hexdigest()
whole = sha(sha(digests).digest() + sha(points).digest() + sha(idx).digest()).hexdigest()
assert hashes(image)["blockMapHashSHA512"] == whole
for name, value in (("mapPointHash", points), ("mapIdxHash", idx), ("mapHash", points + idx)):
    assert re.match(r'"(\w+)"', field(mapped, "aff4:" + name)).group(1) == sha(value).hexdigest(), name
print(hashlib.sha256(data).hexdigest())
`;

describe("zip tools and an independent reader", () => {
  it.for(media)("unzip accepts %s", ([name, medium, options], { skip }) => {
    skip(absent("unzip"), "needs unzip");
    const file = path.join(folder, `${name}.aff4`);
    writeFileSync(file, aff4Image(medium, options));
    const { status, stdout, stderr } = spawnSync("unzip", ["-t", file], { encoding: "utf8" });
    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toContain("No errors detected");
  });

  it.for(media)("Python reads and confirms %s", ([name, medium, options], { skip }) => {
    skip(absent("python3"), "needs python3");
    const file = path.join(folder, `${name}-python.aff4`);
    writeFileSync(file, aff4Image(medium, options));
    const { status, stdout, stderr } = spawnSync("python3", ["-c", reader, file], { encoding: "utf8" });
    expect(status, stderr).toBe(0);
    expect(stdout.trim()).toBe(createHash("sha256").update(medium).digest("hex"));
  });
});

const data = fileURLToPath(new URL("../../../../../shared/data/images/aff4-ref/", import.meta.url));

function openReference(names: readonly string[], options: Aff4OpenOptions = {}): Aff4Image {
  const files = names.map((name) => {
    const place = path.join(data, name);
    return { name: path.basename(name), source: new MemorySource(readFileSync(place), name) };
  });
  return openAff4(files, options);
}

function digestsOf(image: Aff4Image): { readonly sha1: string; readonly md5: string } {
  const [sha1, md5] = [createHash("sha1"), createHash("md5")];
  const window = new Uint8Array(1 << 22);
  for (let at = 0; at < image.size; at += window.length) {
    const part = window.subarray(0, image.readInto(window, at));
    sha1.update(part);
    md5.update(part);
  }
  return { sha1: sha1.digest("hex"), md5: md5.digest("hex") };
}

const present = existsSync(data);

/** Hashes of the whole disk as the tests of other AFF4 readers have them: the images themselves name only block map hashes. */
const linear = { sha1: "7d3d27f667f95f7ec5b9d32121622c0f4b60b48d", md5: "dd6dbda282e27fd0d196abd95f5c3e58" };
const stripes = ["AFF4Std/Striped/Base-Linear_1.aff4", "AFF4Std/Striped/Base-Linear_2.aff4"];

describe("the canonical reference images", () => {
  beforeEach(({ skip }) => skip(!present, "the test data is absent"));
  it("Base-Linear", () => {
    const image = openReference(["AFF4Std/Base-Linear.aff4"]);
    expect(digestsOf(image)).toEqual(linear);
    expect(image.findings).toEqual([]);
    expect(image.metadata).toMatchObject({ diskSerial: "SGAT5060001234", evidenceNumber: "Drive 1" });
    const stream = image.streams[0]!;
    const bytes = new Uint8Array(stream.size);
    stream.readInto(bytes, 0);
    // As information.turtle has it.
    expect(createHash("sha1").update(bytes).digest("hex")).toBe("fbac22cca549310bc5df03b7560afcf490995fbb");
  });

  it("Base-Linear in two stripes, in either order", () => {
    expect(openReference(stripes).findings).toEqual([]);
    const image = openReference(stripes.toReversed());
    expect(digestsOf(image)).toEqual(linear);
    expect(image.findings).toEqual([]);
  });

  it("one stripe alone, with the rest named as missing", () => {
    const image = openReference(stripes.slice(1));
    expect(image.findings.map(({ code }) => code)).toEqual(["aff4/stream-missing"]);
    const kinds = new Map<string, number>();
    for (const { kind, length } of image.runsIn(0, image.size)) kinds.set(kind, (kinds.get(kind) ?? 0) + length);
    expect(kinds.get("missing")).toBe(1_998_848);
  });

  it("Base-Allocated, filled with zeros or as the standard says", () => {
    const name = ["AFF4Std/Base-Allocated.aff4"];
    const image = openReference(name);
    expect(image.findings.map(({ code, params }) => [code, params])).toEqual([
      ["aff4/unknown-data", { bytes: 243_269_632 }],
    ]);
    const standard = openReference(name, { filling: "standard" });
    expect(digestsOf(standard).sha1).toBe("e8650e89b262cf0b4b73c025312488d5a6317a26");
  });

  it("logical evidence is refused", () => {
    expect(() => openReference(["AFF4-L/dream.aff4"])).toThrow("aff4/logical");
  });

  it("are recognised from their first bytes", () => {
    for (const name of ["AFF4Std/Base-Linear.aff4", ...stripes]) {
      const source = new MemorySource(readFileSync(path.join(data, name)));
      expect(aff4Format.detect(probeOf({ name, source }))).toBe("certain");
    }
  });
});
