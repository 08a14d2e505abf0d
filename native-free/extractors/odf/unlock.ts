/** Opens the encrypted parts of an OpenDocument package with the passwords of the case. */
import { Buffer } from "node:buffer";
import { readPart, type Parts, type ZipEntry } from "../../containers/zip-parts.ts";
import { EvidenceError, isEvidenceError } from "../../model/errors.ts";
import type { ExtractContext } from "../../model/extraction.ts";
import { cipherOf, decryptPart, deriveKey } from "./decrypt.ts";
import type { Encryption } from "./manifest.ts";

export interface Unlocked {
  /** Index of the password that fits. */
  readonly password: number;
  readonly method: string;
  /** The package with its parts as they were before. */
  readonly parts: Parts;
  /** Parts that stay closed: damaged, too large, of an unknown method. */
  readonly closed: readonly string[];
  /** The inner package, where one is encrypted as a whole. */
  readonly whole: Uint8Array | null;
}

interface Part {
  readonly name: string;
  readonly entry: ZipEntry;
  readonly encryption: Encryption;
}

/** Null where no password fits. The smallest part is tried, since each attempt costs a derivation. */
export async function unlock(
  parts: Parts,
  encrypted: ReadonlyMap<string, Encryption>,
  { passwords, wholeLimitBytes }: ExtractContext,
): Promise<Unlocked | null> {
  const known = [...encrypted].flatMap(([name, encryption]): Part[] => {
    const entry = parts.get(name);
    return entry ? [{ name, entry, encryption }] : [];
  });
  const [smallest] = known
    .filter(({ entry, encryption }) => cipherOf(encryption) !== null && entry.packedSize > 0)
    .sort((a, b) => a.entry.packedSize - b.entry.packedSize);
  if (!smallest) return null;
  const sample = await bytesOf(smallest.entry, wholeLimitBytes);
  if (!sample) return null;
  for (const [password, secret] of passwords.entries()) {
    const key = await deriveKey(smallest.encryption, secret);
    if (!key || !decryptPart(sample, smallest.encryption, key, wholeLimitBytes)) continue;
    const method = `odf ${cipherOf(smallest.encryption)} ${/argon2/i.test(smallest.encryption.derivation) ? "argon2" : "pbkdf2"}`;
    return { password, method, ...(await openAll(parts, known, secret, wholeLimitBytes)) };
  }
  return null;
}

async function openAll(
  parts: Parts,
  known: readonly Part[],
  secret: string,
  limitBytes: number,
): Promise<Pick<Unlocked, "parts" | "closed" | "whole">> {
  const opened = new Map<ZipEntry, ZipEntry>();
  const closed: string[] = [];
  for (const { name, entry, encryption } of known) {
    if (name === "encrypted-package")
      return { parts, closed, whole: await openPart(entry, encryption, secret, limitBytes) };
    const isPossible = entry.packedSize <= limitBytes && cipherOf(encryption) !== null;
    if (isPossible) opened.set(entry, openedEntry(entry, encryption, secret, limitBytes));
    else closed.push(name);
  }
  const entries = parts.entries.map((entry) => opened.get(entry) ?? entry);
  const get = (name: string): ZipEntry | null => {
    const entry = parts.get(name);
    return entry && (opened.get(entry) ?? entry);
  };
  return { parts: { entries, get, notes: parts.notes }, closed, whole: null };
}

/** Decrypts when it is read; what does not open then is damaged. */
function openedEntry(entry: ZipEntry, encryption: Encryption, secret: string, limitBytes: number): ZipEntry {
  return {
    ...entry,
    size: encryption.size,
    content: {
      async *open() {
        const bytes = await openPart(entry, encryption, secret, limitBytes);
        if (!bytes) throw new EvidenceError("document/part-unreadable", { reason: "damaged" });
        yield bytes;
      },
    },
  };
}

async function openPart(
  entry: ZipEntry,
  encryption: Encryption,
  secret: string,
  limitBytes: number,
): Promise<Uint8Array | null> {
  const data = await bytesOf(entry, limitBytes);
  const key = data && (await deriveKey(encryption, secret));
  return data && key ? decryptPart(data, encryption, key, limitBytes) : null;
}

/** Null where they cannot be read in full. */
async function bytesOf(entry: ZipEntry, limitBytes: number): Promise<Uint8Array | null> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of readPart(entry, limitBytes)) pieces.push(piece);
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    return null;
  }
  return Buffer.concat(pieces);
}
