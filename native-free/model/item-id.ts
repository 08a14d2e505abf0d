/**
 * Item identity: derived from where the item is, never from a counter, a name's spelling or an exhibit label (DESIGN 3).
 * Id = first 128 bits, base32, of SHA-256("vestige.item.1" NUL chain of structural keys). Each key of the chain is written as
 * its length (u32, big-endian) and its bytes, so that no two chains have the same bytes.
 */
import { createHash } from "node:crypto";

/** Structural keys from the exhibit down to the item; each one is bytes. */
export type KeyChain = readonly Uint8Array[];

const domain = Buffer.from("vestige.item.1\0", "ascii");
const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** The chain of an entry of a folder exhibit: `rawPath` is the path below the source as the system gives it, no leading slash. */
export function folderChain(rawPath: Uint8Array): KeyChain {
  return [Buffer.from("folder"), rawPath];
}

/** The chain of a child: its structural key (`Child.key`) within the parent. */
export function childChain(parent: KeyChain, reader: string, key: string): KeyChain {
  return [...parent, Buffer.from(`${reader}:${key}`, "utf8")];
}

/** 26 characters of lower-case base32 (RFC 4648 alphabet, no padding). */
export function itemId(chain: KeyChain): string {
  const hash = createHash("sha256").update(domain);
  const length = Buffer.alloc(4);
  for (const key of chain) {
    length.writeUInt32BE(key.length);
    hash.update(length).update(key);
  }
  return base32(hash.digest().subarray(0, 16));
}

function base32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(value >>> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? text + alphabet[(value << (5 - bits)) & 31] : text;
}
