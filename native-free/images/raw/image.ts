/** The medium of a raw image as a ByteSource over its files. */
import type { ByteSource, Run } from "../../bytes/byte-source.ts";
import type { Fact } from "../../model/facts.ts";
import { EvidenceError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { DiskImage, ImageSegment } from "../image-format.ts";
import { rawPartOf } from "./segment-names.ts";

/** A file of the set, or the gap of one that is missing. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly source: ByteSource | null;
}

/** A gap of more parts than this is a set wrongly put together. */
const MAX_MISSING_PARTS = 10_000;

export class RawImage implements DiskImage {
  readonly format = "raw";
  readonly size: number;
  /** The format does not say. */
  readonly bytesPerSector = 512;
  readonly storedHashes: Readonly<Record<string, string>> = {};
  readonly facts: readonly Fact[] = [];
  readonly findings: readonly Finding[];
  readonly #stretches: readonly Stretch[];

  /** Parts in any order; throws EvidenceError `image/not-recognised` without any. */
  constructor(segments: readonly ImageSegment[]) {
    if (segments.length === 0) throw new EvidenceError("image/not-recognised", { segments: 0 });
    const { stretches, findings } = layParts(segments);
    this.#stretches = stretches;
    this.findings = findings;
    this.size = stretches.at(-1)!.end;
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    for (const { start, end, source } of this.#within(at, count)) {
      const from = Math.max(start, at);
      const part = target.subarray(from - at, Math.min(end, at + count) - at);
      if (source) source.readInto(part, from - start);
      else part.fill(0);
    }
    return count;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const count = Math.max(0, Math.min(length, this.size - at));
    for (const { start, end, name, source } of this.#within(at, count)) {
      const from = Math.max(start, at);
      const stretch = Math.min(end, at + count) - from;
      if (!source) {
        yield {
          start: from,
          length: stretch,
          kind: "missing",
          place: { path: name, offset: from - start, exact: true },
        };
        continue;
      }
      for (const run of source.runsIn(from - start, stretch)) yield { ...run, start: run.start + start };
    }
  }

  *#within(at: number, count: number): Iterable<Stretch> {
    for (const stretch of this.#stretches) {
      if (stretch.end > at && stretch.start < at + count) yield stretch;
    }
  }
}

function layParts(segments: readonly ImageSegment[]): { stretches: Stretch[]; findings: Finding[] } {
  const findings: Finding[] = [];
  const single = segments.length === 1;
  const parts = segments.map((file, place) => ({ file, index: single ? 0 : (rawPartOf(file.name)?.index ?? place) }));
  parts.sort((a, b) => a.index - b.index);
  // All parts but the last have one size; a part that is missing had it, too.
  const usual = Math.max(...parts.slice(0, -1).map(({ file }) => file.source.size), 0);
  const stretches: Stretch[] = [];
  // Sets begin at .000 or .001, and .aa is 0.
  let expected = single ? 0 : Math.min(1, parts[0]!.index);
  let at = 0;
  for (const [place, { file, index }] of parts.entries()) {
    if (index - expected > MAX_MISSING_PARTS)
      throw new EvidenceError("image/not-recognised", { segments: segments.length });
    if (index < expected) {
      findings.push(finding("image/segment-twice", { segment: index }));
      continue;
    }
    for (; expected < index; expected++) {
      findings.push(finding("image/segment-missing", { segment: expected }, { offset: at, length: usual }));
      stretches.push({ start: at, end: at + usual, name: "-", source: null });
      at += usual;
    }
    const { size } = file.source;
    const last = place === parts.length - 1;
    if (!single && (last ? size > usual : size !== usual)) {
      findings.push(
        finding(
          "image/raw-segment-size",
          { segment: index, bytes: size, expected: usual },
          { offset: at, length: size },
        ),
      );
    }
    stretches.push({ start: at, end: at + size, name: file.name, source: file.source });
    at += size;
    if (!last && size < usual) {
      // What the part lacks is a gap: the parts behind it stay in their places.
      stretches.push({ start: at, end: at + usual - size, name: file.name, source: null });
      at += usual - size;
    }
    expected = index + 1;
  }
  return { stretches, findings };
}
