/** What the recognisers of general identifiers make of bytes that are none. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EntityFinder } from "../../../native-free/entities/find-entities.ts";
import { recognisers } from "../../../native-free/entities/index.ts";
import { definedTriggersIn, TriggerTable } from "../../../native-free/entities/triggers.ts";

/** The same bytes at every run. */
function noise(length: number, seed: string): Uint8Array {
  const out = new Uint8Array(length);
  for (let at = 0, block = 0; at < length; at += 64, block++)
    out.set(
      createHash("sha512")
        .update(`${seed} ${block}`)
        .digest()
        .subarray(0, Math.min(64, length - at)),
      at,
    );
  return out;
}

const kinds =
  "email url onion domain ipv4 ipv6 mac phone iban bic lei isin payment-card bitcoin litecoin dogecoin tron ripple ethereum monero wif " +
  "extended-key seed-phrase imei imeisv imsi iccid vin gps mrz";
const wanted = new Set(kinds.split(" "));
const general = recognisers.filter((recogniser) => recogniser.kinds.some(({ id }) => wanted.has(id)));

describe("general identifiers", () => {
  it("are all registered", () => {
    expect(new Set(general.flatMap((recogniser) => recogniser.kinds.map(({ id }) => id)))).toEqual(wanted);
  });

  it.each(["bytes", "base64", "hex"] as const)("no valid ones in noise as %s", (form) => {
    const raw = noise(1 << 20, form);
    const bytes = form === "bytes" ? raw : Buffer.from(Buffer.from(raw).toString(form).replaceAll(/.{64}/g, "$&\n"));
    const found = new EntityFinder(general).find({ bytes, from: 0, to: bytes.length });
    expect(found.filter(({ quality }) => quality === "valid")).toEqual([]);
  });

  it("throw nothing, whatever follows a trigger, and keep within the text", () => {
    const table = new TriggerTable(general);
    const pieces = [
      "@",
      "://",
      "http",
      ".",
      "..",
      "<<",
      "P<UTO",
      "<",
      ":",
      "::",
      "fe80",
      "+",
      "00",
      "32",
      "(0)",
      " ",
      "-",
      "IBAN ",
      "GB82WEST",
      "4111",
      "1111",
      "%B",
      "^",
      "0x",
      "bc1q",
      "1A1z",
      "com",
      "\u00e9",
      "\u00b0",
      "'",
      "\n",
      "IMEI",
      "89",
      "VIN",
      "$GPGGA,",
      "*",
      "lat ",
      "50.8503",
      "abandon ",
      "about",
      ".onion",
      "!3d",
      "!4d",
      "geo:",
      "magnet:?",
      "&quot;",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 60 }), fc.nat(8), (parts, cut) => {
        const bytes = Buffer.from(parts.join(""));
        const text = {
          bytes,
          from: Math.min(cut, bytes.length),
          to: Math.max(Math.min(cut, bytes.length), bytes.length - cut),
        };
        definedTriggersIn(text, table, (index, at) => {
          const match = general[index]!.recognise(text, at);
          if (!match) return;
          expect(match.from).toBeGreaterThanOrEqual(text.from);
          expect(match.to).toBeLessThanOrEqual(text.to);
          expect(match.to).toBeGreaterThan(match.from);
          expect(match.value).not.toBe("");
        });
      }),
      { numRuns: 400 },
    );
  });
});
