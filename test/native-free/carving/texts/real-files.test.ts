import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { carvers } from "../../../../native-free/carving/index.ts";
import { carveEmbedded, sharedFile } from "../../../fixtures/carving/carve-embedded.ts";

const data = fileURLToPath(new URL("../../../../../shared/data/", import.meta.url));
const folders = ["mail", "typed", "documents/oletools", "artefacts/iped", "artefacts/velociraptor", "features"];
const endings = /\.(eml|rtf|html?|xml|kml|gpx|svg|plist|bplist|pem|vcf|ics|torrent)$/i;
const ids = "eml mbox rtf html xml bplist pem pgp-armor vcard icalendar torrent".split(" ");
const own = carvers.filter(({ id }) => ids.includes(id));

/** Files without a true end or a true beginning of their own, by the end of their names. */
const notWhole: readonly (readonly [string, RegExp])[] = [
  [
    "a boundary that never closes",
    /(bad_date_header2|empty_in_reply_to|missing_body|must_supply_encoding|raw_email4)\.eml$/,
  ],
  ["a header that is none", /(bad_encoded_subject|_empty|with_8bits|one_invalid|incorrect_header|example13)\.eml$/],
  [
    "a first line of a mailbox without a date",
    /(binary_encoded|illegal_boundary|mixed_quoted_boundary|raw_email_simple)\.eml$/,
  ],
  ["text behind its last boundary", /multiple_status\.eml$/],
  ["a beginning of zeros, or of a comment's end", /(malformed-html-gh-521\.html|mitra_candidates\/html\.htm)$/],
  [
    "too little to tell it from a text",
    /(fixture|mini|utf8-bom|utf16-(le|be)-bom)\.(xml|plist)$|mitra\/svg\/svg\.svg$/,
  ],
  ["a zero behind its end", /rich\.rtf$/],
];

function* filesOf(folder: string): Generator<string> {
  for (const name of readdirSync(join(data, folder))) {
    const path = `${folder}/${name}`;
    const stat = statSync(join(data, path));
    if (stat.isDirectory()) yield* filesOf(path);
    else if (endings.test(name) && stat.size > 0) yield path;
  }
}

const hasData = sharedFile("typed/file-type/fixture/fixture.rtf") !== null;

describe.skipIf(!hasData)("files that others published (needs ../shared/data)", () => {
  const paths = hasData ? folders.flatMap((folder) => [...filesOf(folder)]) : [];
  const whole = paths.filter((path) => !notWhole.some(([, pattern]) => pattern.test(path)));

  it("are many", () => {
    expect(whole.length).toBeGreaterThan(110);
  });

  it.each(whole)("%s comes out whole", (path) => {
    const file = sharedFile(path)!;
    const found = carveEmbedded(own, file, "zeros", path.length);
    expect(found).toContainEqual(expect.objectContaining({ verdict: "complete", length: file.length }));
  });

  it.each(notWhole)("with %s do not come out longer than what was read", (_, pattern) => {
    const broken = paths.filter((path) => pattern.test(path));
    expect(broken.length).toBeGreaterThan(0);
    for (const path of broken) {
      const file = sharedFile(path)!;
      for (const { length } of carveEmbedded(own, file, "zeros", path.length)) {
        expect(length).toBeLessThanOrEqual(file.length + 1);
      }
    }
  });
});
