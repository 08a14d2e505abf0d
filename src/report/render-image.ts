/** The acquisition of a medium as an image: device, hashes, files, what could not be read. */
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import * as text from "../messages/en-report-page.ts";
import { html, type Html, type HtmlValue } from "./html.ts";
import { arrayOf, hashOf, objectOf, toolOf, valueOf } from "./recorded-values.ts";
import { factTable, list, mono } from "./render-parts.ts";

/** All of them are in the signed manifest. */
const shownRanges = 100;
const shownSegments = 50;

const mediumRows = [
  "vendor",
  "model",
  "serial",
  "firmware",
  "logicalSectorBytes",
  "physicalSectorBytes",
  "removable",
  "readOnly",
  "backingFile",
  "hiddenSectors",
] as const;

export function renderImage(body: JsonObject, manifestHash: string | null): Html {
  const medium = objectOf(body["medium"]);
  const image = objectOf(body["image"]);
  const blocks = objectOf(body["blocks"]);
  const speed = objectOf(body["speed"]);
  const plain = (...names: string[]): [string, HtmlValue][] => names.map((name) => [name, valueOf(body[name])]);
  const mounts = arrayOf(medium["mounts"]).map((mount) => valueOf(mount["at"]));
  return factTable([
    ...plain("kind", "source", "started", "finished", "zone"),
    ...mediumRows.map((name): [string, HtmlValue] => [`medium.${name}`, valueOf(medium[name])]),
    ["medium.mounts", mounts.length === 0 ? text.noMounts() : list(mounts)],
    ...plain("bytes", "sectorBytes"),
    ["image.format", valueOf(image["format"])],
    ["image.compression", valueOf(image["compression"])],
    ["image.segments", segmentsOf(image)],
    ...Object.entries(objectOf(body["hashes"])).map(([name, value]): [string, HtmlValue] => [
      `hashes.${name}`,
      hashOf(value),
    ]),
    ["blocks.count", valueOf(blocks["count"])],
    ["blocks.root", hashOf(blocks["root"])],
    ...plain("badSectors"),
    ["badRanges", rangesOf(body)],
    ...plain("retriedReads"),
    ["verified", text.imageVerified()],
    ["speed.bytesPerSecond", valueOf(speed["bytesPerSecond"])],
    ["tool", toolOf(body["tool"])],
    ["runtime.node", valueOf(objectOf(body["runtime"])["node"])],
    ["options.workers", valueOf(objectOf(body["options"])["workers"])],
    ["manifestHash", manifestHash === null ? null : mono(manifestHash)],
  ]);
}

function segmentsOf(image: JsonObject): Html | null {
  const segments = arrayOf(image["segments"]);
  const lines: HtmlValue[] = segments
    .slice(0, shownSegments)
    .map(({ file, size, sha256 }) => html`${valueOf(file)}, ${text.bytesOf(Number(size))}, SHA-256 ${hashOf(sha256)}`);
  if (segments.length > shownSegments) lines.push(text.moreInManifest(segments.length - shownSegments));
  return list(lines);
}

function rangesOf(body: JsonObject): Html | null {
  const ranges = arrayOf(body["badRanges"]);
  const lines: HtmlValue[] = ranges
    .slice(0, shownRanges)
    .map(({ first, count }) => text.sectorRange(Number(first), Number(count)));
  if (ranges.length > shownRanges) lines.push(text.moreInManifest(ranges.length - shownRanges));
  return list(lines);
}
