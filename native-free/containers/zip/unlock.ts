/** Encrypted entries of ZIP, opened with the passwords of the case. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError, isEvidenceError } from "../../model/errors.ts";
import { openAes, openTraditional } from "./crypto.ts";
import { decodeEntry, isReadable, type PackedData } from "./entry-data.ts";

/** What is known of an encrypted entry; the sizes and the method are those of what is inside. */
export interface LockedData extends PackedData {
  readonly cipher: "aes" | "zipcrypto";
  /** AES: 1 to 3 for keys of 128, 192 and 256 bits. */
  readonly strength: number;
  /** Traditional: what the last byte of the header must be. */
  readonly check: number;
}

export interface Unlocked {
  /** Place of the password in the list. */
  readonly index: number;
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** Bytes of an entry that are decoded to tell a fitting password from one that fits by chance. */
const TRIAL_BYTES = 1024 * 1024;

/** Tries the passwords, `first` before the others; null where none fits or what is inside cannot be unpacked. */
export async function unlock(data: LockedData, passwords: readonly string[], first: number): Promise<Unlocked | null> {
  if (!isReadable(data.method)) return null;
  const order = [...passwords.keys()].sort((a, b) => Number(b === first) - Number(a === first) || a - b);
  let damaged: Unlocked | null = null;
  for (const index of order) {
    const password = passwords[index]!;
    if (data.cipher === "aes") {
      const opened = openAes(data.source, data.at, data.packedSize, data.strength, password);
      if (!opened) continue;
      const unlocked = { index, open: () => decodeAes(plainOf(data, opened.plain), opened.isAuthentic) };
      if (opened.isAuthentic) return unlocked;
      damaged ??= unlocked;
    } else {
      const plain = openTraditional(data.source, data.at, data.packedSize, data.check, password);
      if (plain && (await isSound(plainOf(data, plain))))
        return { index, open: () => decodeEntry(plainOf(data, plain)) };
    }
  }
  return damaged;
}

function plainOf(data: LockedData, source: ByteSource): PackedData {
  const { method, flags, size, crc } = data;
  return { source, at: 0, packedSize: source.size, method, flags, size, crc };
}

async function* decodeAes(data: PackedData, isAuthentic: boolean): AsyncGenerator<Uint8Array> {
  yield* decodeEntry(data);
  if (!isAuthentic) throw new EvidenceError("zip/not-authentic");
}

/** Whether what the traditional cipher gave is what the archive declares, as far as that is tried. */
async function isSound(data: PackedData): Promise<boolean> {
  let done = 0;
  try {
    for await (const piece of decodeEntry(data)) {
      done += piece.length;
      if (done >= TRIAL_BYTES) break;
    }
    return true;
  } catch (error) {
    if (isEvidenceError(error)) return false;
    throw error;
  }
}
