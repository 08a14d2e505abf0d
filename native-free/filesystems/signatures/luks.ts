/** LUKS 1 and 2: header, second header, key slots, cipher. LUKS1 1.2.3, LUKS2 1.1 on-disk formats. */
import type { Fact } from "../../model/facts.ts";
import { factsOf } from "../../model/facts.ts";
import * as layout from "./encrypted-layouts.ts";
import { labelOf, sameBytes, type Found, type Look, type Recogniser } from "./look.ts";

const header = layout.luksHeader.cursor();
const header2 = layout.luks2Header.cursor();
const slot = layout.luksKeySlot.cursor();
const magic = Uint8Array.of(0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe);
const secondMagic = Uint8Array.of(0x53, 0x4b, 0x55, 0x4c, 0xba, 0xbe);
const used = 0x00ac_71f3;

const recogniseLuks: Recogniser = (head, look) => {
  const { magic: own, version } = header.over(head);
  if (sameBytes(own, magic) && version === 1)
    return { kind: "LUKS1", label: null, bytes: null, facts: () => factsOf1(head) };
  if (sameBytes(own, magic) && version === 2) return luks2(head, look, 0);
  return recogniseSecond(look);
};

/** The first header is gone: the second one is a copy. */
function recogniseSecond(look: Look): Found | null {
  for (const at of layout.luks2SecondPlaces) {
    const bytes = look.at(at, layout.luksHeader.size);
    if (!bytes) continue;
    const { magic: own, version, hash } = header.over(bytes);
    // In version 2 the name of its checksum stands there.
    if (sameBytes(own, secondMagic) && version === 2 && /^[a-z0-9_-]+$/.test(hash)) return luks2(bytes, look, at);
  }
  return null;
}

function factsOf1(head: Uint8Array): Fact[] {
  const { cipher, mode, hash, keyBytes, identity } = header.over(head);
  let slots = 0;
  for (let index = 0; index < layout.luksKeySlotCount; index++) {
    if (slot.over(head, layout.luksKeySlotsAt + index * layout.luksKeySlot.size).state === used) slots += 1;
  }
  const encryption = `${cipher}-${mode}, ${keyBytes * 8} bits, ${hash}`;
  return factsOf({ version: 1, encryption, uuid: identity, "key-slots": `${slots} of ${layout.luksKeySlotCount}` });
}

function luks2(bytes: Uint8Array, look: Look, at: number): Found {
  const { headerBytes, label } = header2.over(bytes);
  const { identity } = header.over(bytes);
  const text = look.at(at + layout.luks2TextAt, headerBytes - layout.luks2TextAt);
  const facts = (): Fact[] => [
    ...factsOf({ version: 2, uuid: identity, hint: at === 0 ? null : "first header gone" }),
    ...(text ? factsOfText(text) : []),
  ];
  return { kind: "LUKS2", label: labelOf(label), bytes: null, facts };
}

/** A part of the JSON area as far as it is what it should be: its author is the evidence. */
type Json = Readonly<Record<string, unknown>>;

const objectsIn = (value: unknown): Json[] =>
  typeof value === "object" && value !== null
    ? Object.values(value).filter((each): each is Json => typeof each === "object" && each !== null)
    : [];
const textIn = (value: unknown): string => (typeof value === "string" ? value : "?");

function factsOfText(area: Uint8Array): Fact[] {
  const end = area.indexOf(0);
  const text = Buffer.from(end < 0 ? area : area.subarray(0, end)).toString("utf8");
  const metadata = parsed(text);
  if (metadata === null) return factsOf({ "key-slots": text === "" ? null : "metadata damaged" });
  const slots = objectsIn(metadata["keyslots"]);
  const derivations = slots.map(({ type, kdf }) => `${textIn(type)} ${textIn((kdf as Json | undefined)?.["type"])}`);
  const ciphers = objectsIn(metadata["segments"]).map(({ encryption, type }) => textIn(encryption ?? type));
  const tokens = objectsIn(metadata["tokens"]).map(({ type }) => textIn(type));
  return factsOf({
    encryption: [...new Set(ciphers)].slice(0, mostNamed).join(", "),
    "key-slots": `${slots.length}${slots.length > 0 ? `: ${derivations.slice(0, mostNamed).join(", ")}` : ""}`,
    features: tokens.length > 0 ? `tokens: ${tokens.slice(0, mostNamed).join(", ")}` : null,
  });
}

/** As many as the format has slots. */
const mostNamed = 32;

/** Null for text that is no JSON: an answer about the evidence, not an error. */
function parsed(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Json) : null;
  } catch {
    return null;
  }
}

export const luksRecognisers: readonly Recogniser[] = [recogniseLuks];
