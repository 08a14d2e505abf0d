/**
 * Contents that are alike without being equal: texts by the words that they have in common, bytes by ssdeep and TLSH, pictures by their
 * perceptual hash. Every pair is compared; nothing is left out for speed.
 */
import { exhibitLabels, type Case } from "../case/case-folder.ts";
import { hasWorkFile, WorkFileReader } from "../case/work-file-reader.ts";
import { fullPath } from "../case/work-file-rows.ts";
import { likeness } from "../../native-free/similarity/text-sketch.ts";
import { ssdeepScore } from "../../native-free/similarity/ssdeep.ts";
import { tlshDistance } from "../../native-free/similarity/tlsh.ts";
import { searchSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";

export const measures = ["equal", "text", "picture", "ssdeep", "tlsh"] as const;
export type Measure = (typeof measures)[number];

/** How alike two contents must be to be told: share of text in percent, bits of pictures that differ, score, distance. */
const limits = { text: 50, picture: 8, ssdeep: 50, tlsh: 100 } as const;

export interface Alike {
  readonly exhibit: string;
  readonly id: string;
  readonly path: string;
  readonly measure: Measure;
  /** `equal`: 100; text: percent; picture: differing bits of 64; ssdeep: score to 100; tlsh: distance from 0. */
  readonly value: number;
}

/** What one content is compared by. */
export interface Features {
  readonly sha256: string;
  readonly sketch: Uint32Array | null;
  readonly ssdeep: string | null;
  readonly tlsh: string | null;
  readonly picture: bigint | null;
}

interface FeatureRow {
  readonly content: number;
  readonly sha256: Uint8Array;
  readonly sketch: Uint8Array | null;
  readonly ssdeep: string | null;
  readonly tlsh: string | null;
  readonly picture: string | null;
}

const featureRows = `SELECT c.id AS content, c.sha256 AS sha256, s.sketch AS sketch, s.ssdeep AS ssdeep, s.tlsh AS tlsh,
    (SELECT value FROM metadata m WHERE m.content = c.id AND m.name = 'pictureHash' LIMIT 1) AS picture
  FROM content c LEFT JOIN similarity s ON s.content = c.id WHERE c.state = 2`;

/** `wanted`: id of an item, or its path as it is shown (`M01/folder:/…`). Throws OperatorError where there is none, or nothing to compare. */
export function featuresOf(theCase: Case, wanted: string): Features {
  for (const [label, reader] of workFiles(theCase)) {
    try {
      const path = wanted.startsWith(`${label}/`) ? wanted.slice(label.length + 1) : wanted;
      const [row] = reader.select<FeatureRow>(
        `${featureRows} AND c.id = (SELECT content FROM item WHERE key = ? OR path = ? LIMIT 1)`,
        [wanted, path],
      );
      if (row) return features(row);
    } finally {
      reader.close();
    }
  }
  throw new OperatorError("search/no-item", searchSays.noItemToCompare(wanted));
}

/** Items of the case that are like it, each by the measure that says most; the most alike first. */
export function itemsLike(theCase: Case, target: Features, by: readonly Measure[] = measures): Alike[] {
  const found: Alike[] = [];
  for (const [exhibit, reader] of workFiles(theCase)) {
    try {
      for (const [content, { measure, value }] of contentsLike(reader, target, by)) {
        for (const { id, path } of itemsWith(reader, content)) {
          found.push({ exhibit, id, path: fullPath(exhibit, path), measure, value });
        }
      }
    } finally {
      reader.close();
    }
  }
  return found.sort((a, b) => orderOf(a) - orderOf(b) || (a.path < b.path ? -1 : 1));
}

/** Numbers of the contents of one work file that are like it, with the measure that says most. */
export function contentsLike(
  reader: WorkFileReader,
  target: Features,
  by: readonly Measure[] = measures,
): Map<number, { measure: Measure; value: number }> {
  const found = new Map<number, { measure: Measure; value: number }>();
  for (const row of reader.iterate(featureRows)) {
    const stored = row as unknown as FeatureRow;
    const like = compared(target, features(stored), by);
    if (like) found.set(stored.content, like);
  }
  return found;
}

function compared(a: Features, b: Features, by: readonly Measure[]): { measure: Measure; value: number } | null {
  if (a.sha256 === b.sha256) return by.includes("equal") ? { measure: "equal", value: 100 } : null;
  for (const measure of by) {
    const value = valueOf(measure, a, b);
    if (value === null || measure === "equal") continue;
    const isAlike = measure === "text" || measure === "ssdeep" ? value >= limits[measure] : value <= limits[measure];
    if (isAlike) return { measure, value };
  }
  return null;
}

function valueOf(measure: Measure, a: Features, b: Features): number | null {
  switch (measure) {
    case "equal":
      return null;
    case "text":
      return a.sketch && b.sketch ? Math.round(likeness(a.sketch, b.sketch) * 100) : null;
    case "picture":
      return a.picture !== null && b.picture !== null ? differingBits(a.picture ^ b.picture) : null;
    case "ssdeep":
      return a.ssdeep !== null && b.ssdeep !== null ? ssdeepScore(a.ssdeep, b.ssdeep) : null;
    case "tlsh":
      return a.tlsh !== null && b.tlsh !== null ? tlshDistance(a.tlsh, b.tlsh) : null;
  }
}

function differingBits(bits: bigint): number {
  let count = 0;
  for (let rest = bits; rest > 0n; rest &= rest - 1n) count += 1;
  return count;
}

/** Equal first, then by measure, then the most alike. */
function orderOf({ measure, value }: Alike): number {
  const isHigherBetter = measure === "text" || measure === "ssdeep" || measure === "equal";
  return measures.indexOf(measure) * 1000 + (isHigherBetter ? 100 - value : value);
}

function features({ sha256, sketch, ssdeep, tlsh, picture }: FeatureRow): Features {
  return {
    sha256: Buffer.from(sha256).toString("hex"),
    sketch: sketch === null ? null : new Uint32Array(new Uint8Array(sketch).buffer),
    ssdeep,
    tlsh,
    picture: picture !== null && /^[0-9a-f]{16}$/i.test(picture) ? BigInt(`0x${picture}`) : null,
  };
}

function itemsWith(reader: WorkFileReader, content: number): { id: string; path: string }[] {
  return reader.select<{ id: string; path: string }>(
    "SELECT key AS id, path FROM item WHERE content = ? ORDER BY path",
    [content],
  );
}

function* workFiles(theCase: Case): Generator<[string, WorkFileReader]> {
  for (const label of exhibitLabels(theCase)) {
    const file = theCase.paths.items(label);
    if (hasWorkFile(file)) yield [label, WorkFileReader.open(file)];
  }
}

/** A content that several items have. */
export interface Duplicates {
  readonly sha256: string;
  readonly size: number;
  readonly items: readonly { readonly exhibit: string; readonly id: string; readonly path: string }[];
}

interface Occurrence {
  readonly exhibit: string;
  readonly id: string;
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
}

/** Contents with more than one occurrence in the case, the largest waste of room first; empty contents are left out. */
export function duplicatesOf(theCase: Case): Duplicates[] {
  const opened = [...workFiles(theCase)];
  try {
    const several: Duplicates[] = [];
    let group: Occurrence[] = [];
    const close = () => {
      const [first] = group;
      if (first && group.length > 1) {
        const items = group.map(({ exhibit, id, path }) => ({ exhibit, id, path }));
        several.push({ sha256: first.sha256, size: first.size, items });
      }
      group = [];
    };
    for (const occurrence of byContent(opened.map(([exhibit, reader]) => occurrences(exhibit, reader)))) {
      if (group[0]?.sha256 !== occurrence.sha256) close();
      group.push(occurrence);
    }
    close();
    const waste = ({ size, items }: Duplicates) => size * (items.length - 1);
    return several.sort((a, b) => waste(b) - waste(a) || (a.sha256 < b.sha256 ? -1 : 1));
  } finally {
    for (const [, reader] of opened) reader.close();
  }
}

/** Of one work file in the order of the hashes: nothing is held but the item at hand. */
function* occurrences(exhibit: string, reader: WorkFileReader): Generator<Occurrence> {
  const rows = reader.iterate(
    `SELECT i.key AS id, i.path AS path, c.sha256 AS sha256, c.size AS size FROM content c JOIN item i ON i.content = c.id
     WHERE c.state = 2 AND c.size > 0 ORDER BY c.sha256, i.path`,
  );
  for (const row of rows) {
    const sha256 = Buffer.from(row["sha256"] as Uint8Array).toString("hex");
    const path = fullPath(exhibit, row["path"] as string);
    yield { exhibit, id: row["id"] as string, path, sha256, size: row["size"] as number };
  }
}

/** Merges streams that are each in the order of their hashes. */
function* byContent(streams: readonly Generator<Occurrence>[]): Generator<Occurrence> {
  const heads = streams.map((stream) => stream.next());
  for (;;) {
    let least = -1;
    for (let at = 0; at < heads.length; at++) {
      const head = heads[at]!;
      if (head.done) continue;
      const best = heads[least];
      if (!best || best.done || head.value.sha256 < best.value.sha256) least = at;
    }
    const next = heads[least];
    if (!next || next.done) return;
    yield next.value;
    heads[least] = streams[least]!.next();
  }
}
