/** Encrypted presentations (MS-PPT 2.3.7, MS-OFFCRYPTO 2.3.5): each object with a key of its own, made of its number. */
import { type Attempt, defaultPassword, tryPasswords } from "../../office-crypto/passwords.ts";
import { type BlockCipher, rc4Protection } from "../../office-crypto/rc4-key.ts";
import type { Persist } from "./persist.ts";
import { recordAt, rt } from "./records.ts";

/** Null where the encryption is of no known kind. */
export function openPresentation(
  bytes: Uint8Array,
  persist: Persist,
  passwords: readonly string[],
): Attempt<BlockCipher> | null {
  const at = persist.sessionId === null ? undefined : persist.current.get(persist.sessionId);
  const session = at === undefined ? null : recordAt(bytes, at);
  if (session?.type !== rt.cryptSession) return null;
  const protection = rc4Protection(bytes.subarray(session.start, session.end));
  if (!protection) return null;
  const open = (password: string): BlockCipher | null => protection.open(password);
  return tryPasswords(passwords, protection.method, open, defaultPassword.powerPoint);
}

/** A decrypted copy; what belongs to no object stays as it is. */
export function decryptObjects(bytes: Uint8Array, persist: Persist, cipher: BlockCipher): Uint8Array {
  const plain = Uint8Array.from(bytes);
  const done = new Set<number>();
  for (const [id, at] of persist.all) {
    if (id === persist.sessionId || done.has(at) || at + 8 > plain.length) continue;
    done.add(at);
    const stream = cipher.block(id);
    stream.apply(plain.subarray(at, at + 8));
    const record = recordAt(plain, at)!;
    stream.apply(plain.subarray(record.start, record.end));
  }
  return plain;
}
