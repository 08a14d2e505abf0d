/** BitLocker of Vista, Windows 7 and later, To Go, and while it encrypts. libyal "BitLocker Drive Encryption format". */
import { mixedGuidText } from "../../bytes/guid.ts";
import type { Fact } from "../../model/facts.ts";
import { factsOf } from "../../model/facts.ts";
import * as layout from "./encrypted-layouts.ts";
import { bootSector } from "./first-layouts.ts";
import { named, type Look, type Recogniser } from "./look.ts";
import { isToGo } from "./microsoft.ts";

const boot = bootSector.cursor();
const places = layout.bitlockerPlaces.cursor();
const toGoPlaces = layout.bitlockerToGoPlaces.cursor();
const vista = layout.bitlockerVista.cursor();

/** 92a84d3b-dd80-4d0e-9e4e-b1e3284eaed8: encrypt on write. */
const onWrite = "92a84d3b-dd80-4d0e-9e4e-b1e3284eaed8";

const recogniseBitlocker: Recogniser = (head, look) => {
  const { system, signature } = boot.over(head);
  const hidden = system === "MSWIN4.1" && isToGo(head);
  if (signature !== 0xaa55 || (system !== "-FVE-FS-" && !hidden)) return null;
  return named("BitLocker", () => factsAbout(head, look, hidden));
};

function factsAbout(head: Uint8Array, look: Look, hidden: boolean): Fact[] {
  const { first, second, third, identity } = hidden ? toGoPlaces.over(head) : places.over(head);
  const { sectorBytes, clusterSectors } = boot.over(head);
  const old = vista.over(head).cluster * clusterSectors * sectorBytes;
  const variant = hidden ? "BitLocker To Go" : mixedGuidText(identity) === onWrite ? "encrypting on write" : null;
  const block = [first, second, third, old].map((at) => blockAt(look, at)).find((each) => each !== null);
  return [...factsOf({ kind: variant }), ...(block ? factsOfBlock(block) : [])];
}

const block = layout.bitlockerBlock.cursor();

function blockAt(look: Look, at: number): Uint8Array | null {
  if (at === 0) return null;
  const first = look.at(at, layout.bitlockerBlock.size);
  if (!first || block.over(first).magic !== "-FVE-FS-") return null;
  const length = Math.min(layout.mostBitlockerBytes, 64 + block.metadataBytes);
  return look.at(at, Math.max(length, layout.bitlockerBlock.size)) ?? first;
}

const methods: Readonly<Record<number, string>> = {
  0x8000: "AES-CBC 128 with Elephant diffuser",
  0x8001: "AES-CBC 256 with Elephant diffuser",
  0x8002: "AES-CBC 128",
  0x8003: "AES-CBC 256",
  0x8004: "AES-XTS 128",
  0x8005: "AES-XTS 256",
};
const protections: Readonly<Record<number, string>> = {
  0x0000: "clear key",
  0x0100: "TPM",
  0x0200: "startup key",
  0x0300: "TPM and startup key",
  0x0500: "TPM and PIN",
  0x0700: "TPM, PIN and startup key",
  0x0800: "recovery password",
  0x1000: "smart card",
  0x2000: "password",
};
const hex = (value: number): string => `0x${value.toString(16).padStart(4, "0")}`;

function factsOfBlock(bytes: Uint8Array): Fact[] {
  const { version, volume, method, created } = block.over(bytes);
  const values = {
    version: version === 1 ? "Vista" : "Windows 7 or later",
    uuid: mixedGuidText(volume),
    encryption: methods[method & 0xffff] ?? hex(method & 0xffff),
    created: dateOf(created),
  };
  const { protectors, description } = entriesIn(bytes);
  return factsOf({ ...values, "key-slots": protectors.join(", "), description });
}

const millisecondsTo1970 = 11_644_473_600_000;

/** Null for what no date is. */
function dateOf(ticks: number): string | null {
  const date = new Date(ticks / 10_000 - millisecondsTo1970);
  return ticks > 0 && !Number.isNaN(date.getTime()) ? date.toISOString() : null;
}

const entry = layout.bitlockerEntry.cursor();
const protector = layout.bitlockerProtector.cursor();
const textValue = 2;
const protectorValue = 8;

function entriesIn(bytes: Uint8Array): { protectors: string[]; description: string | null } {
  const protectors: string[] = [];
  let description: string | null = null;
  const end = Math.min(bytes.length, 64 + block.over(bytes).metadataBytes);
  for (let at = layout.bitlockerBlock.size; at + layout.bitlockerEntry.size <= end;) {
    const { size, valueType } = entry.over(bytes, at);
    if (size < layout.bitlockerEntry.size || at + size > end) break;
    if (valueType === protectorValue && size >= layout.bitlockerProtector.size) {
      const { protection, identity } = protector.over(bytes, at);
      const kind = protections[protection & 0xff00] ?? hex(protection);
      protectors.push(`${kind} {${mixedGuidText(identity).toUpperCase()}}`);
    }
    if (valueType === textValue) {
      const text = Buffer.from(bytes.subarray(at + layout.bitlockerEntry.size, at + size)).toString("utf16le");
      description ??= text.replace(/\0[^]*$/, "").toWellFormed();
    }
    at += size;
  }
  return { protectors, description };
}

export const bitlockerRecognisers: readonly Recogniser[] = [recogniseBitlocker];
