/** Protected Word documents (MS-OFFCRYPTO 2.3.5.3, 2.3.6.3 and 2.3.7.5; MS-DOC 2.2.6): the streams, decrypted. */
import { type ByteSource, MemorySource, readRange, readWhole } from "../../bytes/byte-source.ts";
import type { Attempt } from "../../office-crypto/passwords.ts";
import { tryPasswords } from "../../office-crypto/passwords.ts";
import { type BlockCipher, decryptBlocks, rc4Protection } from "../../office-crypto/rc4-key.ts";
import { unmixWord, xorArray } from "../../office-crypto/xor.ts";
import type { Fib } from "./fib.ts";

/** Decrypts a stream; the first `plain` bytes stay as they are. Null where it is larger than the limit. */
export type StreamKey = (stream: ByteSource, plain: number, limitBytes: number) => ByteSource | null;

const blockBytes = 512;
/** Bytes at the start of the main stream that are not encrypted (MS-DOC 2.2.6.2; 32 with obfuscation). */
export const plainBytes = { rc4: 68, xor: 32 } as const;

/** Null where the document is protected in a way that is not read. */
export function openDocument(fib: Fib, table: ByteSource, passwords: readonly string[]): Attempt<StreamKey> | null {
  if (fib.isObfuscated) {
    const open = (password: string): StreamKey | null => {
      const array = xorArray(password, fib.key >>> 16, fib.key & 0xffff, "word");
      return (
        array && ((stream, plain, limit) => decrypted(stream, plain, limit, (bytes) => unmixWord(array, bytes, 0)))
      );
    };
    return tryPasswords(passwords, "XOR", open);
  }
  const protection = rc4Protection(readRange(table, 0, Math.min(fib.key, 4096)));
  if (!protection) return null;
  return tryPasswords(passwords, protection.method, (password) => {
    const cipher = protection.open(password);
    return cipher && keyOf(cipher);
  });
}

function keyOf(cipher: BlockCipher): StreamKey {
  return (stream, plain, limit) =>
    decrypted(stream, plain, limit, (bytes) => decryptBlocks(cipher, bytes, 0, blockBytes));
}

function decrypted(
  stream: ByteSource,
  plain: number,
  limitBytes: number,
  apply: (bytes: Uint8Array) => Uint8Array,
): ByteSource | null {
  const whole = readWhole(stream, limitBytes);
  if (whole === null) return null;
  const bytes = apply(Uint8Array.from(whole));
  bytes.set(whole.subarray(0, plain));
  return new MemorySource(bytes);
}
