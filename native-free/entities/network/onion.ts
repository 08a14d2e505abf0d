/**
 * Addresses of Tor onion services: version 3 with its checksum (rend-spec-v3, "Encoding onion addresses"), version 2
 * (switched off in 2021, no check) by form.
 */
import { createHash } from "node:crypto";
import type { EntityMatch, Quality, Recogniser, TextView } from "../entity.ts";
import { alphanumeric, at, classAt, foreign, textOf } from "../text-view.ts";

const versionThree = 56;
const versionTwo = 16;
const ending = Buffer.from(".onion");
const prefix = Buffer.from(".onion checksum");
const keyBytes = 32;

export const onion: Recogniser = {
  id: "onion",
  family: "entity",
  name: "Tor onion services",
  spec: "Tor rend-spec-v3, Encoding onion addresses; rend-spec-v2 section 1.5",
  level: "complete",
  kinds: [{ id: "onion", name: "Tor onion service", spec: "Tor rend-spec-v3" }],
  triggers: [
    { on: "token", length: [versionThree, versionThree], next: [".", "oO"] },
    { on: "token", length: [versionTwo, versionTwo], next: [".", "oO"] },
  ],
  recognise,
};

const decoded = new Uint8Array(35);

function recognise(text: TextView, from: number): EntityMatch | null {
  // The token is as long as one of the two versions.
  const isThree = (classAt(text, from + versionTwo) & alphanumeric) !== 0;
  const nameTo = from + (isThree ? versionThree : versionTwo);
  for (let i = 0; i < ending.length; i++) {
    const byte = at(text, nameTo + i);
    if (i === 0 ? byte !== ending[0] : (byte | 0x20) !== ending[i]) return null;
  }
  const to = nameTo + ending.length;
  if ((classAt(text, to) & (alphanumeric | foreign)) !== 0 || (classAt(text, from - 1) & foreign) !== 0) return null;
  for (let place = from; place < nameTo; place++) if (valueOf(text.bytes[place]!) < 0) return null;
  const quality: Quality = !isThree ? "pattern" : isChecked(text, from) ? "valid" : "invalid-check";
  return { kind: "onion", from, to, value: textOf(text, from, to).toLowerCase(), quality };
}

/** Of a digit of base 32 (RFC 4648 section 6), either case; -1 for others. */
function valueOf(byte: number): number {
  const folded = byte | 0x20;
  if (folded >= 0x61 && folded <= 0x7a) return folded - 0x61;
  return byte >= 0x32 && byte <= 0x37 ? byte - 0x32 + 26 : -1;
}

function isChecked(text: TextView, from: number): boolean {
  let bits = 0;
  let held = 0;
  let out = 0;
  for (let i = 0; i < versionThree; i++) {
    held = ((held << 5) | valueOf(text.bytes[from + i]!)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    decoded[out++] = (held >> bits) & 0xff;
  }
  const key = decoded.subarray(0, keyBytes);
  if (decoded[34] !== 3) return false;
  const digest = createHash("sha3-256").update(prefix).update(key).update(Uint8Array.of(3)).digest();
  return digest[0] === decoded[32] && digest[1] === decoded[33];
}
