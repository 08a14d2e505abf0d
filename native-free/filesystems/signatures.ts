/**
 * What begins here, by the signatures of the specifications and as many plausibility checks as keep garbage out: file systems,
 * encryption, members of what is put together elsewhere. Recognition only: nothing is mounted or unlocked, and what a header says is
 * passed on as a fact of it. Families, layouts and sources: `signatures/`.
 */
import type { ByteSource } from "../bytes/byte-source.ts";
import { appleEncryptedRecognisers } from "./signatures/apple-encrypted.ts";
import { appleRecognisers } from "./signatures/apple.ts";
import { bitlockerRecognisers } from "./signatures/bitlocker.ts";
import { discRecognisers } from "./signatures/discs.ts";
import { firmwareRecognisers } from "./signatures/firmware-raid.ts";
import { linuxRecognisers } from "./signatures/linux.ts";
import { lookAt, lookAtHead, type Found, type Look, type Recogniser } from "./signatures/look.ts";
import { luksRecognisers } from "./signatures/luks.ts";
import { memberRecognisers } from "./signatures/members.ts";
import { microsoftRecognisers } from "./signatures/microsoft.ts";
import { recogniseNoise } from "./signatures/noise.ts";
import { roleOf, type Recognised, type RecognisedVolume } from "./signatures/recognised.ts";
import { swapRecognisers } from "./signatures/swap.ts";
import { unixRecognisers } from "./signatures/unix.ts";
import { recogniseZfs } from "./signatures/zfs.ts";

export type { FileSystemKind, Recognised, RecognisedVolume } from "./signatures/recognised.ts";

/** What encrypts or is a member comes first: the rest may be left from before. */
const recognisers: readonly Recogniser[] = [
  ...bitlockerRecognisers,
  ...luksRecognisers,
  ...appleEncryptedRecognisers,
  ...memberRecognisers,
  recogniseZfs,
  ...microsoftRecognisers,
  ...linuxRecognisers,
  ...swapRecognisers,
  ...appleRecognisers,
  ...unixRecognisers,
  ...discRecognisers,
  ...firmwareRecognisers,
];

/**
 * All that is recognised in the first `headBytes` bytes of a volume (signatures/recognised.ts), in a fixed order; several for discs
 * that carry two file systems, or where something is left from an earlier use. Bytes that are not there are zeros. Never throws.
 */
export function recognise(head: Uint8Array): Recognised[] {
  return found(lookAtHead(head)).map(({ kind, label, bytes }) => ({ kind, label, bytes }));
}

/**
 * The same with all of the volume at hand: also what shows at its end or deep inside, what headers say of ciphers, keys and sets, and
 * noise that may be encryption where nothing else is. Reads a bounded number of places. Never throws.
 */
export function recogniseVolume(volume: ByteSource): RecognisedVolume[] {
  const look = lookAt(volume);
  const all = found(look);
  const noise = all.length === 0 ? recogniseNoise(look.head, look) : null;
  return (noise ? [noise] : all).map(({ kind, label, bytes, facts }) => ({
    ...{ kind, label, bytes },
    role: roleOf(kind),
    facts: facts?.() ?? [],
  }));
}

function found(look: Look): Found[] {
  return recognisers.flatMap((each) => each(look.head, look) ?? []);
}
