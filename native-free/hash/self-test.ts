/**
 * Known answers of everything that proves evidence: FIPS 180-4 and 202, RFC 1321 and 7693, and the BLAKE3 paper for hashes, RFC
 * 8032 section 7.1 for Ed25519, RFC 8785 for canonical JSON, RFC 9162 for trees (leaves and roots of the reference
 * implementation of RFC 6962). A machine or build that computes wrongly is found before it touches evidence.
 */
import { createHash, createPrivateKey, randomBytes } from "node:crypto";
import { blake2b, BLAKE2B_BYTES } from "../kernels/blake2b.ts";
import { newBlake3 } from "../kernels/blake3.ts";
import { canonicalJson, JsonError, parseStrictJson } from "../model/canonical-json.ts";
import { publicKeyOf, rawPublicKey, signBytes, verifyBytes } from "./ed25519.ts";
import { checkInclusion, hexOf, inclusionProof, leafHash, MerkleFrontier } from "./merkle.ts";

export interface SelfCheck {
  /** `sha256/node`, `ed25519/sign`, `merkle/root`. */
  readonly name: string;
  readonly ok: boolean;
}

/** Hashes bytes to hex. */
export type HashFunction = (bytes: Uint8Array) => string;

/** One implementation: its name and its hashes by algorithm. */
export interface HashProvider {
  readonly name: string;
  readonly hashes: Readonly<Record<string, HashFunction>>;
}

const abc = Buffer.from("abc");
const millionA = Buffer.alloc(1_000_000, "a");

/** Answers for "abc", and for a million times "a" where the standard gives it. */
const knownHashes: Readonly<Record<string, { abc: string; millionA?: string }>> = {
  md5: { abc: "900150983cd24fb0d6963f7d28e17f72", millionA: "7707d6ae4e027c70eea2a935c2296f21" },
  sha1: {
    abc: "a9993e364706816aba3e25717850c26c9cd0d89d",
    millionA: "34aa973cd4c4daa4f61eeb2bdbad27316534016f",
  },
  sha256: {
    abc: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    millionA: "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
  },
  sha512: {
    abc:
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
  },
  "sha3-256": { abc: "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532" },
  blake2b512: {
    abc:
      "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1" +
      "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
  },
  blake3: { abc: "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85" },
};

/** node:crypto, which is OpenSSL. */
export const nodeHashes: HashProvider = {
  name: "node",
  hashes: Object.fromEntries(
    ["md5", "sha1", "sha256", "sha512", "sha3-256", "blake2b512"].map((algorithm) => [
      algorithm,
      (bytes: Uint8Array) => createHash(algorithm).update(bytes).digest("hex"),
    ]),
  ),
};

/** Kernels of ours, which hash evidence where nothing else does it as fast or without allocating. */
export const kernelHashes: HashProvider = {
  name: "kernel",
  hashes: {
    blake2b512: (bytes) => {
      const digest = new Uint8Array(BLAKE2B_BYTES);
      blake2b().digest(bytes, digest, 0);
      return hexOf(digest);
    },
    blake3: (bytes) => {
      const hash = newBlake3();
      hash.update(bytes);
      return hexOf(hash.digest());
    },
  },
};

/** hash-wasm, loaded on demand; an implementation that shares no code with OpenSSL. */
export async function wasmHashes(): Promise<HashProvider> {
  const { createMD5, createSHA1, createSHA256, createSHA512, createSHA3, createBLAKE3 } = await import("hash-wasm");
  const makers = {
    md5: createMD5,
    sha1: createSHA1,
    sha256: createSHA256,
    sha512: createSHA512,
    "sha3-256": () => createSHA3(256),
    blake3: createBLAKE3,
  };
  const hashes: Record<string, HashFunction> = {};
  for (const [algorithm, make] of Object.entries(makers)) {
    const hasher = await make();
    hashes[algorithm] = (bytes) => hasher.init().update(bytes).digest("hex");
  }
  return { name: "wasm", hashes };
}

/** Known answers of one implementation. An algorithm without a known answer is a failed check. */
export function knownAnswerChecks(provider: HashProvider): SelfCheck[] {
  return Object.entries(provider.hashes).map(([algorithm, hash]) => {
    const known = knownHashes[algorithm];
    const ok = known !== undefined && hash(abc) === known.abc && (!known.millionA || hash(millionA) === known.millionA);
    return { name: `${algorithm}/${provider.name}`, ok };
  });
}

/** Two implementations against each other on random data of lengths around their block sizes. */
export function agreementChecks(first: HashProvider, second: HashProvider): SelfCheck[] {
  const samples = [0, 1, 55, 56, 63, 64, 65, 111, 112, 127, 128, 135, 136, 4097].map((size) => randomBytes(size));
  return Object.keys(first.hashes)
    .filter((algorithm) => algorithm in second.hashes)
    .map((algorithm) => {
      const [one, other] = [first.hashes[algorithm], second.hashes[algorithm]];
      return { name: `${algorithm}/agreement`, ok: samples.every((sample) => one?.(sample) === other?.(sample)) };
    });
}

/** RFC 8032 section 7.1, tests 1 to 3: secret key, public key, message, signature. */
export const ed25519Vectors: readonly { secret: string; publicKey: string; message: string; signature: string }[] = [
  {
    secret: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    message: "",
    signature:
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  },
  {
    secret: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    message: "72",
    signature:
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  },
  {
    secret: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    message: "af82",
    signature:
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  },
];

/** PKCS #8 (RFC 8410) around a 32-byte Ed25519 secret in hex. */
export function ed25519PrivateKeyDer(secretHex: string): Buffer {
  return Buffer.from(`302e020100300506032b657004220420${secretHex}`, "hex");
}

export function ed25519Checks(): SelfCheck[] {
  const sign = ed25519Vectors.every(({ secret, publicKey, message, signature }) => {
    const key = createPrivateKey({ key: ed25519PrivateKeyDer(secret), format: "der", type: "pkcs8" });
    const same = Buffer.from(rawPublicKey(key), "base64").toString("hex") === publicKey;
    return same && hexOf(signBytes(Buffer.from(message, "hex"), key)) === signature;
  });
  const verify = ed25519Vectors.every(({ publicKey, message, signature }) => {
    const key = publicKeyOf(Buffer.from(publicKey, "hex").toString("base64"));
    const bytes = Buffer.from(message, "hex");
    const wrong = Buffer.from(signature, "hex");
    wrong[3] = (wrong[3] as number) ^ 1;
    return key !== null && verifyBytes(bytes, Buffer.from(signature, "hex"), key) && !verifyBytes(bytes, wrong, key);
  });
  return [
    { name: "ed25519/sign", ok: sign },
    { name: "ed25519/verify", ok: verify },
  ];
}

/** RFC 8785 sections 3.2.2 and 3.2.3. */
export function canonicalJsonChecks(): SelfCheck[] {
  const sample = String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`;
  const expected = String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`;
  const keys = String.raw`{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}`;
  const sorted = '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}';
  const refuses = (act: () => unknown) => {
    try {
      act();
      return false;
    } catch (error) {
      return error instanceof JsonError;
    }
  };
  return [
    { name: "jcs/values", ok: canonicalJson(parseStrictJson(sample)) === expected },
    { name: "jcs/keys", ok: canonicalJson(parseStrictJson(keys)) === sorted },
    { name: "jcs/refusals", ok: refuses(() => canonicalJson(NaN)) && refuses(() => parseStrictJson('{"a":1,"a":1}')) },
  ];
}

/** Leaf data (hex) and the roots (hex) over the first 1 to 8 of them. */
export const merkleVectors = {
  leaves: ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"],
  roots: [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ],
} as const;

export function merkleChecks(): SelfCheck[] {
  const tree = new MerkleFrontier();
  const leaves = merkleVectors.leaves.map((data) => leafHash(Buffer.from(data, "hex")));
  const roots = leaves.map((leaf) => {
    tree.addLeafHash(leaf);
    return hexOf(tree.root());
  });
  const proofs = leaves.every((leaf, index) =>
    checkInclusion(leaf, index, leaves.length, inclusionProof(leaves, index), tree.root()),
  );
  return [
    { name: "merkle/root", ok: roots.every((root, index) => root === merkleVectors.roots[index]) },
    { name: "merkle/inclusion", ok: proofs },
  ];
}
