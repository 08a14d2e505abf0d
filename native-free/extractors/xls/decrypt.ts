/** Protected workbooks (MS-XLS 2.4.117, MS-OFFCRYPTO 2.3.5 to 2.3.7): how the data of records are decrypted. */
import { type Attempt, tryPasswords } from "../../office-crypto/passwords.ts";
import { decryptBlocks, rc4Protection } from "../../office-crypto/rc4-key.ts";
import { unmixExcel, xorArray } from "../../office-crypto/xor.ts";
import type { RecordKey } from "./biff.ts";

const blockBytes = 1024;

/** `data`: of the record FILEPASS. Null where the protection is of no known kind. */
export function openWorkbook(
  data: Uint8Array,
  hasFlags: boolean,
  passwords: readonly string[],
): Attempt<RecordKey> | null {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  // Before BIFF 8 there is obfuscation alone, and no number of the kind.
  const isXor = !hasFlags || (data.length >= 2 && view.getUint16(0, true) === 0);
  const at = hasFlags ? 2 : 0;
  if (isXor) {
    if (data.length < at + 4) return null;
    const [key, verifier] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    return tryPasswords(passwords, "XOR", (password) => {
      const array = xorArray(password, key, verifier, "excel");
      return array && ((bytes, place) => void unmixExcel(array, bytes, place + bytes.length));
    });
  }
  const protection = rc4Protection(data.subarray(at));
  if (!protection) return null;
  return tryPasswords(passwords, protection.method, (password): RecordKey | null => {
    const cipher = protection.open(password);
    return cipher && ((bytes, place) => void decryptBlocks(cipher, bytes, place, blockBytes));
  });
}
