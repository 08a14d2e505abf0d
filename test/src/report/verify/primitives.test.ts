import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { rawPublicKey } from "../../../../native-free/hash/ed25519.ts";
import { LineTree, merkleRoot, leafHash } from "../../../../native-free/hash/merkle.ts";
import { VerifyKey } from "../../../../src/report/verify/ed25519-verify.ts";
import { LineRoot } from "../../../../src/report/verify/line-root.ts";
import { fromBase64, fromHex, fromUtf8, toHex } from "../../../../src/report/verify/octets.ts";
import { linesOfFile, type PageFile } from "../../../../src/report/verify/page-file.ts";
import { Sha256, sha256 } from "../../../../src/report/verify/sha256.ts";
import { sha512 } from "../../../../src/report/verify/sha512.ts";

const hex = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));

describe("SHA-256 and SHA-512 of the page", () => {
  it("gives the examples of FIPS 180-4", () => {
    const two = Buffer.from("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq");
    expect(toHex(sha256(Buffer.from("abc")))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(toHex(sha256(two))).toBe("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    expect(toHex(sha512(Buffer.from("abc")))).toBe(
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    );
  });

  it("agrees with OpenSSL on every length around the block borders", () => {
    const bytes = randomBytes(300);
    for (let length = 0; length <= 300; length++) {
      const part = bytes.subarray(0, length);
      expect(toHex(sha256(part))).toBe(createHash("sha256").update(part).digest("hex"));
      expect(toHex(sha512(part))).toBe(createHash("sha512").update(part).digest("hex"));
    }
  });

  it("does not depend on how the message is cut", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), (parts) => {
        const hash = new Sha256();
        for (const part of parts) hash.update(part);
        expect(toHex(hash.digest())).toBe(createHash("sha256").update(Buffer.concat(parts)).digest("hex"));
        expect(toHex(sha512(...parts))).toBe(createHash("sha512").update(Buffer.concat(parts)).digest("hex"));
      }),
    );
  });
});

/** Takes seconds, so it runs with the long sweeps. */
describe("SHA-256 of the page, long messages", () => {
  beforeEach(({ skip }) => skip(process.env["VESTIGE_CAMPAIGN"] !== "1", "only in a campaign (VESTIGE_CAMPAIGN=1)"));
  it("keeps the length of messages beyond 2^29 bytes, where the bits no longer fit 32", () => {
    const block = Buffer.alloc(16 * 1024 * 1024, 7);
    const own = new Sha256();
    const other = createHash("sha256");
    for (let count = 0; count < 33; count++) {
      own.update(block);
      other.update(block);
    }
    expect(toHex(own.digest())).toBe(other.digest("hex"));
  });
});

/** RFC 8032 section 7.1, tests 1, 2 and 3: public key, message, signature. */
const vectors: readonly (readonly [string, string, string])[] = [
  [
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  ],
  [
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  ],
  [
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  ],
];

describe("Ed25519 of the page", () => {
  it("accepts the vectors of RFC 8032 and refuses each with one bit changed", () => {
    for (const [publicKey, message, signature] of vectors) {
      const key = VerifyKey.from(hex(publicKey)) as VerifyKey;
      expect(key.verifies(hex(message), hex(signature))).toBe(true);
      for (const bit of [0, 7, 255, 256, 300, 511]) {
        const changed = hex(signature);
        changed[bit >> 3] ^= 1 << (bit & 7);
        expect(key.verifies(hex(message), changed)).toBe(false);
      }
      expect(key.verifies(Buffer.concat([hex(message), Buffer.of(0)]), hex(signature))).toBe(false);
    }
  });

  it("agrees with OpenSSL on random keys and messages", () => {
    for (let round = 0; round < 12; round++) {
      const { publicKey, privateKey } = generateKeyPairSync("ed25519");
      const key = VerifyKey.from(fromBase64(rawPublicKey(publicKey)) as Uint8Array) as VerifyKey;
      const message = randomBytes(round * 9);
      const signature = sign(null, message, privateKey);
      expect(key.verifies(message, signature)).toBe(true);
      expect(key.verifies(randomBytes(32), signature)).toBe(false);
      // The other key's table must not be mixed up with this one's.
      const other = generateKeyPairSync("ed25519");
      expect(key.verifies(message, sign(null, message, other.privateKey))).toBe(false);
    }
  });

  it("refuses a scalar that is not reduced, so that a signature has one form only", () => {
    const [publicKey, message, signature] = vectors[1];
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const bytes = hex(signature);
    let s = 0n;
    for (let index = 63; index >= 32; index--) s = (s << 8n) | BigInt(bytes[index]);
    s += order;
    for (let index = 32; index < 64; index++, s >>= 8n) bytes[index] = Number(s & 0xffn);
    expect((VerifyKey.from(hex(publicKey)) as VerifyKey).verifies(hex(message), bytes)).toBe(false);
  });

  it("refuses keys that are no point and wrong lengths", () => {
    // y = 2 has no x on the curve; y = p is not reduced.
    expect(VerifyKey.from(hex("02".padEnd(64, "0")))).toBeNull();
    expect(VerifyKey.from(hex(`ed${"ff".repeat(30)}7f`))).toBeNull();
    expect(VerifyKey.from(new Uint8Array(31))).toBeNull();
    const key = VerifyKey.from(hex(vectors[0][0])) as VerifyKey;
    expect(key.verifies(new Uint8Array(0), hex(vectors[0][2]).subarray(0, 63))).toBe(false);
  });
});

describe("bytes, lines and trees of the page", () => {
  it("reads base64 and hex as written, and nothing else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        expect(fromBase64(Buffer.from(bytes).toString("base64"))).toEqual(bytes);
        expect(fromHex(toHex(bytes))).toEqual(bytes);
      }),
    );
    for (const bad of ["A", "AA", "AB==x", "AA=A", "A===", "AB==", "A A=", "AAB=", "=AAA", "AA-_"])
      expect(fromBase64(bad)).toBeNull();
    for (const bad of ["a", "AB", "0g"]) expect(fromHex(bad)).toBeNull();
    expect(fromUtf8(Uint8Array.of(0xff))).toBeNull();
    expect(fromUtf8(Buffer.from("\ufeffx"))).toBe("\ufeffx");
  });

  it("gives the roots that the custody code gives", () => {
    const whole = new LineTree();
    const own = new LineRoot();
    expect(toHex(own.root())).toBe(toHex(merkleRoot([])));
    const leaves = [];
    for (let count = 0; count < 70; count++) {
      const line = randomBytes(count);
      own.add(line);
      whole.add(line);
      leaves.push(leafHash(line));
      expect(toHex(own.root())).toBe(toHex(merkleRoot(leaves)));
    }
    expect(toHex(own.root())).toBe(whole.finish().root);
  });

  it("finds lines across slices and marks an unfinished one", async () => {
    const lines = Array.from({ length: 9 }, (_, index) => Buffer.alloc(index * 600_000, 97 + index));
    const bytes = Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")]));
    const found = await collect(Buffer.concat([bytes, Buffer.from("rest")]));
    expect(found.map(({ bytes: line }) => line.length)).toEqual([...lines.map((line) => line.length), 4]);
    expect(
      found.every(({ bytes: line, number }) => number === 10 || Buffer.compare(line, lines[number - 1]) === 0),
    ).toBe(true);
    expect(found.map(({ terminated }) => terminated)).toEqual([...lines.map(() => true), false]);
    expect((await collect(bytes)).length).toBe(9);
  });
});

async function collect(bytes: Uint8Array) {
  const file: PageFile = { name: "x", size: bytes.length, read: async (start, end) => bytes.subarray(start, end) };
  const whole = new Sha256();
  const lines = [];
  for await (const line of linesOfFile(file, whole, async () => undefined)) lines.push(line);
  expect(toHex(whole.digest())).toBe(createHash("sha256").update(bytes).digest("hex"));
  return lines;
}
