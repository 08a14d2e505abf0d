/** The texts with which bulk_extractor tests itself, where they are there; each with what its own tests expect of it. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { vin } from "../../../native-free/entities/devices/vin.ts";
import { EntityFinder } from "../../../native-free/entities/find-entities.ts";
import { paymentCard } from "../../../native-free/entities/finance/payment-card.ts";
import { email } from "../../../native-free/entities/network/email.ts";
import { url } from "../../../native-free/entities/network/url.ts";
import { hitsOf } from "./hits-of.ts";

const folder = new URL("../../../../shared/data/features/bulk_extractor/src/tests/", import.meta.url);
const isThere = existsSync(folder);
const read = (name: string): string => readFileSync(new URL(name, folder), "latin1");

describe.skipIf(!isThere)("vectors of bulk_extractor (skipped where the shared data is not there)", () => {
  it("payment cards", () => {
    let seen = 0;
    for (const line of read("ccns.txt").split("\n")) {
      const number = / - (\d{13,})$/.exec(line)?.[1];
      if (number === undefined) continue;
      seen++;
      expect(hitsOf([paymentCard], line), line).toEqual([`payment-card ${number} valid`]);
    }
    expect(seen).toBe(17);
  });

  it("vehicles in text", () => {
    const text = read("test_vin.txt");
    const [good, bad] = text.split("Invalid\n=======");
    const hits = hitsOf([vin], good!);
    const wanted = new Set(good!.match(/\b(?=[A-Z]*\d)[A-HJ-NPR-Z0-9]{17}\b/g));
    expect(wanted.size).toBe(7);
    for (const value of wanted)
      expect(
        hits.some((hit) => hit.startsWith(`vin ${value} valid`)),
        value,
      ).toBe(true);
    expect(hitsOf([vin], bad!).filter((hit) => / valid/.test(hit))).toEqual([]);
  });

  it("vehicles in JSON", () => {
    const text = read("test_synthetic_vin.json");
    const { valid, invalid } = JSON.parse(text) as Record<"valid" | "invalid", string[]>;
    const hits = hitsOf([vin], text).filter((hit) => / valid/.test(hit));
    expect(hits.map((hit) => hit.split(" ")[1])).toEqual(valid);
    expect(invalid.length).toBeGreaterThan(10);
  });

  it("addresses in JSON and in a card", () => {
    expect(hitsOf([email], read("test_json.txt"))).toEqual(
      ["one", "two", "two"].map((name) => `email ${name}@company.com valid`),
    );
    const card = hitsOf([email, url], read("john_jakes.vcf"));
    expect(card).toContain("email johnjakes@johnjakes.com valid");
    expect(card.some((hit) => hit.startsWith("url http://maps.google.com/maps?f=q&q=38.848022,-77.081879%20"))).toBe(
      true,
    );
  });

  it("URLs in UTF-16", () => {
    const bytes = readFileSync(new URL("utf16_urls.bin", folder));
    // Both halves of the units: every other byte, as a reader of UTF-16 text hands them out.
    const found = [0, 1].flatMap((from) => {
      const low = Uint8Array.from({ length: (bytes.length - from) >> 1 }, (_, i) => bytes[from + i * 2]!);
      return new EntityFinder([url]).find({ bytes: low, from: 0, to: low.length }).map(({ value }) => value);
    });
    expect(found).toContain("http://www.hhs.gov/ocr/hipaa/consumer_rights.pdf");
    expect(found).toContain("http://www.aids.gov/");
  });
});
