/** Tags of an agreed list, equal to what ExifTool said of the published pictures, sounds and films. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { extractorFor } from "../../../native-free/extractors/index.ts";
import { identify } from "../../../native-free/typing/index.ts";
import { agreedTags, agrees, expectedValues, type ExifToolRow } from "../../fixtures/agreed-tags.ts";
import { context, gather, sourceOf } from "./gather.ts";

const data = new URL("../../../../shared/data/", import.meta.url);

/** Values that differ for a reason: file, tag, why. */
const exceptions: readonly (readonly [file: string, fields: readonly string[], why: string])[] = [
  ["issue-471.mp3", ["title", "artist", "album"], "ExifTool takes the wrong byte order of the UTF-16"],
  ["bug-id3v2-unknownframe.mp3", ["sampleRate"], "music-metadata finds no frame of sound"],
  ["fixture-mp2l3.mp3", ["sampleRate"], "cut to 128 bytes: music-metadata finds no whole frame"],
  ["fixture-monkeysaudio.ape", ["artist"], "two values apart by a NUL, which ExifTool leaves out"],
  ["fixture-sequence.avif", ["created", "modified"], "of the sequence's film, which is not read"],
  ["fixture.cr3", ["created", "modified"], "the same moment, by the clock of the camera instead of UTC"],
];

function rowsOf(name: string): { row: ExifToolRow; path: URL; file: string }[] {
  const truth = new URL(`truth/exiftool-${name}.json`, data);
  if (!existsSync(truth)) return [];
  const rows = JSON.parse(readFileSync(truth, "utf8")) as ExifToolRow[];
  return rows.flatMap((row) => {
    const path = String(row["SourceFile"]).replace(/^shared-candidates\//, "");
    const url = new URL(path.split("/").map(encodeURIComponent).join("/"), data);
    return existsSync(url) ? [{ row, path: url, file: path.split("/").pop()! }] : [];
  });
}

describe.each(["metadata", "typed"])("%s", (name) => {
  const rows = rowsOf(name).filter(({ row }) => /^(?:image|audio|video)\//.test(String(row["File:MIMEType"])));

  it.skipIf(rows.length === 0)(
    "has the values of the agreed list (skipped where ../shared/data is absent)",
    async () => {
      const differing: string[] = [];
      let equal = 0;
      for (const { row, path, file } of rows) {
        const source = sourceOf(readFileSync(path));
        const reader = extractorFor((await identify(source)).id);
        if (reader?.id !== "picture" && reader?.id !== "media") continue;
        const { fields } = await gather(reader.extract(source, context));
        for (const tag of agreedTags) {
          const ours = fields.filter(([field]) => field === tag.field).map(([, value]) => value);
          for (const expected of expectedValues(row, tag)) {
            if (agrees(tag, expected, ours)) equal++;
            else if (!exceptions.some(([of, names]) => of === file && names.includes(tag.field)))
              differing.push(
                `${file}: ${tag.field} is ${JSON.stringify(ours)}, ExifTool has ${JSON.stringify(expected)}`,
              );
          }
        }
      }
      expect(differing).toEqual([]);
      expect(equal).toBeGreaterThan(name === "metadata" ? 780 : 100);
    },
    60_000,
  );
});
