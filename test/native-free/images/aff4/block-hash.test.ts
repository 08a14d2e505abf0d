/** The hash of each chunk, of every kind that the standard allows: what our writer keeps, and what it and others kept before. */
import { hash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { readMember, walkMembers } from "../../../../native-free/containers/zip64/read.ts";
import { Zip64Writer } from "../../../../native-free/containers/zip64/writer.ts";
import type { Aff4Image } from "../../../../native-free/images/aff4/image.ts";
import { openAff4 } from "../../../../native-free/images/aff4/open.ts";
import { aff4ResumePointOf } from "../../../../native-free/images/aff4/resume.ts";
import { blockHashes, WRITTEN_BLOCK_HASH, type BlockHash } from "../../../../native-free/images/aff4/vocabulary.ts";
import { AFF4_CHUNK as CHUNK, aff4Image, aff4Options, asAff4Files, ByteStore } from "../../../fixtures/aff4-image.ts";
import { noise } from "../../../fixtures/ewf-set.ts";

const medium = noise(5 * CHUNK + 700);
const written = aff4Image(medium, { compression: "none", chunksInBevy: 2 });

function padded(chunk: number): Uint8Array {
  const raw = new Uint8Array(CHUNK);
  raw.set(medium.subarray(chunk * CHUNK, (chunk + 1) * CHUNK));
  return raw;
}

/** The image as a writer of another kind of block hashes would have left it; one stored byte changed where `damaged` is a chunk. */
function imageOf(kind: BlockHash, damaged = -1): Uint8Array {
  const store = new ByteStore();
  const zip = new Zip64Writer(store, { dosTime: aff4Options(0).acquired });
  const source = new MemorySource(written, "a");
  const digests: Uint8Array[] = [];
  for (const member of walkMembers(source).members) {
    const bytes = readMember(source, member, 1 << 24)!.bytes.slice();
    const bevy = Number(/\/(\d{8})(?:\.|$)/.exec(member.name)?.[1] ?? -1);
    if (member.name.endsWith(`.${WRITTEN_BLOCK_HASH.ending}`)) {
      const own = [2 * bevy, 2 * bevy + 1].map((chunk) => hash(kind.algorithm, padded(chunk), "buffer"));
      digests.push(...own);
      zip.addStored(member.name.replace(WRITTEN_BLOCK_HASH.ending, kind.ending), Buffer.concat(own));
    } else if (member.name === "information.turtle") {
      const list = /(blockhash\.)blake2b>([^"]*")[0-9a-f]+/;
      const sum = hash("sha512", Buffer.concat(digests));
      zip.addDeflated(
        member.name,
        Buffer.from(Buffer.from(bytes).toString().replace(list, `$1${kind.ending}>$2${sum}`)),
      );
    } else {
      if (/\/\d{8}$/.test(member.name) && Math.floor(damaged / 2) === bevy) bytes[(damaged % 2) * CHUNK + 99]! ^= 1;
      zip.addStored(member.name, bytes);
    }
  }
  zip.finish(readMember(source, walkMembers(source).members[0]!, 99)!.bytes);
  return store.bytes;
}

/** Numbers of the chunks that do not have their hash. */
function badChunks(image: Aff4Image): number[] {
  const stream = image.streams[0]!;
  return Array.from({ length: stream.chunkCount }, (_, chunk) => chunk).filter((chunk) => stream.checkChunk(chunk));
}

describe("block hashes", () => {
  it("are BLAKE2b of 64 bytes in what we write", () => {
    expect([WRITTEN_BLOCK_HASH.ending, WRITTEN_BLOCK_HASH.bytes]).toEqual(["blake2b", 64]);
    const names = walkMembers(new MemorySource(written, "a")).members.map(({ name }) => name);
    expect(names.filter((name) => name.includes("lockHash")).map((name) => name.slice(-26))).toEqual([
      "00000000.blockHash.blake2b",
      "00000001.blockHash.blake2b",
      "00000002.blockHash.blake2b",
    ]);
    expect(Buffer.compare(imageOf(WRITTEN_BLOCK_HASH), written)).toBe(0);
  });

  it.each(blockHashes)("of the kind $ending vouch for every chunk and name the one that changed", (kind) => {
    const whole = openAff4(asAff4Files(imageOf(kind)));
    expect([badChunks(whole), whole.findings]).toEqual([[], []]);
    for (const chunk of [0, 3, 5]) {
      const image = openAff4(asAff4Files(imageOf(kind, chunk)));
      expect(badChunks(image)).toEqual([chunk]);
    }
  });

  it("of the list as a whole are checked for every kind", () => {
    for (const kind of blockHashes) {
      const image = openAff4(asAff4Files(imageOf(kind)));
      image.check();
      const codes = image.findings.map(({ code }) => code);
      // The hash over list and map is that of the image as we wrote it.
      expect(codes).toEqual(kind === WRITTEN_BLOCK_HASH ? [] : ["aff4/map-hash"]);
    }
  });

  it("of another kind are not gone on with: the image is begun anew", () => {
    const cut = (bytes: Uint8Array): MemorySource => new MemorySource(bytes.subarray(0, bytes.length - 1500), "a");
    expect(aff4ResumePointOf(cut(written), Infinity, 2)?.chunks).toBe(6);
    for (const kind of blockHashes) {
      if (kind === WRITTEN_BLOCK_HASH) continue;
      expect(aff4ResumePointOf(cut(imageOf(kind)), Infinity, 2)?.chunks).toBe(0);
    }
  });
});
