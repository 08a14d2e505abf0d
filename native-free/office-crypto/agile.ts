/** Agile encryption of a package (MS-OFFCRYPTO 2.3.4.10 to 2.3.4.15): AES-CBC in segments, parameters in XML. */
import { Buffer } from "node:buffer";
import { createDecipheriv, createHash } from "node:crypto";
import type { PackageKey, PackageProtection } from "./package.ts";
import { spin } from "./spin.ts";

const inputBlock = Buffer.from("fea7d2763b4b9e79", "hex");
const hashBlock = Buffer.from("d7aa0f6d3061344e", "hex");
const keyBlock = Buffer.from("146e0be7abacd0d6", "hex");
/** Programs use 100 000; what asks for far more is there to hold readers up. */
const mostRounds = 2_000_000;

interface Parameters {
  readonly salt: Buffer;
  readonly blockBytes: number;
  readonly keyBytes: number;
  readonly hash: string;
}

interface PasswordKey extends Parameters {
  readonly rounds: number;
  readonly input: Buffer;
  readonly inputHash: Buffer;
  readonly key: Buffer;
}

const hashes: Readonly<Record<string, string>> = {
  SHA1: "sha1",
  "SHA-1": "sha1",
  SHA256: "sha256",
  "SHA-256": "sha256",
  SHA384: "sha384",
  "SHA-384": "sha384",
  SHA512: "sha512",
  "SHA-512": "sha512",
  MD5: "md5",
};

/** `xml`: the encryption descriptor; null where its cipher is none that is read. */
export function agileProtection(xml: Uint8Array): PackageProtection | null {
  const text = new TextDecoder().decode(xml);
  const data = parametersOf(attributesOf(text, "keyData"));
  const own = attributesOf(text, "encryptedKey");
  const shared = parametersOf(own);
  const rounds = Number(own.get("spinCount") ?? -1);
  if (!data || !shared || !Number.isInteger(rounds) || rounds < 0 || rounds > mostRounds) return null;
  const value = (name: string): Buffer => Buffer.from(own.get(name) ?? "", "base64");
  const passwordKey: PasswordKey = {
    ...shared,
    rounds,
    input: value("encryptedVerifierHashInput"),
    inputHash: value("encryptedVerifierHashValue"),
    key: value("encryptedKeyValue"),
  };
  return {
    method: `agile AES-${data.keyBytes * 8} ${data.hash}`,
    open(password) {
      const key = unwrap(passwordKey, password);
      return key === null || key.length < data.keyBytes ? null : segmentKey(key.subarray(0, data.keyBytes), data);
    },
  };
}

/** Attributes of the first element of that local name. The descriptor is small and has neither entities nor comments. */
function attributesOf(xml: string, element: string): Map<string, string> {
  const found = new RegExp(`<(?:\\w+:)?${element}\\s([^>]*)>`).exec(xml);
  const pairs = found?.[1]?.matchAll(/([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g) ?? [];
  return new Map([...pairs].map(([, name, one, two]) => [name!, one ?? two ?? ""]));
}

function parametersOf(attributes: ReadonlyMap<string, string>): Parameters | null {
  const hash = hashes[attributes.get("hashAlgorithm") ?? ""];
  const keyBits = Number(attributes.get("keyBits"));
  const isCbc = /^ChainingModeCBC$/i.test(attributes.get("cipherChaining") ?? "");
  const isAes = /^AES$/i.test(attributes.get("cipherAlgorithm") ?? "");
  if (hash === undefined || ![128, 192, 256].includes(keyBits) || !isCbc || !isAes) return null;
  const salt = Buffer.from(attributes.get("saltValue") ?? "", "base64");
  return { salt, blockBytes: 16, keyBytes: keyBits / 8, hash };
}

/** Cut or filled with 0x36 (MS-OFFCRYPTO 2.3.4.11). */
function fitted(bytes: Buffer, length: number): Buffer {
  return bytes.length >= length ? bytes.subarray(0, length) : Buffer.concat([bytes], length).fill(0x36, bytes.length);
}

function decrypt(key: Buffer, iv: Buffer, bytes: Uint8Array): Buffer {
  const cipher = createDecipheriv(`aes-${key.length * 8}-cbc`, key, iv).setAutoPadding(false);
  return Buffer.concat([cipher.update(bytes), cipher.final()]);
}

/** The package's key, or null where the password does not fit. */
function unwrap(own: PasswordKey, password: string): Buffer | null {
  if ([own.input, own.inputHash, own.key].some(({ length }) => length === 0 || length % 16 > 0)) return null;
  const base = spin(own.hash, password, own.salt, own.rounds);
  const open = (block: Buffer, bytes: Buffer): Buffer => {
    const key = fitted(createHash(own.hash).update(base).update(block).digest(), own.keyBytes);
    return decrypt(key, fitted(own.salt, own.blockBytes), bytes);
  };
  const expected = createHash(own.hash).update(open(inputBlock, own.input).subarray(0, own.salt.length)).digest();
  if (!open(hashBlock, own.inputHash).subarray(0, expected.length).equals(expected)) return null;
  return open(keyBlock, own.key);
}

function segmentKey(key: Buffer, { salt, hash, blockBytes }: Parameters): PackageKey {
  return {
    decrypt(segment, number) {
      const count = Buffer.alloc(4);
      count.writeUInt32LE(number >>> 0);
      const iv = fitted(createHash(hash).update(salt).update(count).digest(), blockBytes);
      return decrypt(key, iv, segment);
    },
  };
}
