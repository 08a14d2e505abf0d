/**
 * Carving of the published media, against what foremost and photorec found in them (`carving-images.tsv`). Each of their findings is here
 * with the same bytes, or there is a reason: a line in `carving-images-disagreements.tsv`, made by rules and settled by the format's own
 * carver on the peer's bytes; `exported` says whose bytes are a file of the file system, as The Sleuth Kit exports it.
 * `VESTIGE_RECORD=1` runs the peers and writes both files anew; `VESTIGE_CAMPAIGN=1` runs the peers and compares.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { carvers } from "../../native-free/carving/index.ts";
import { carvedFiles, hashOf, memoryOf, type CarvedFile } from "../fixtures/carving/carved-files.ts";
import {
  exportedFiles,
  findingsOf,
  mediumOf,
  rawMedia,
  readFindings,
  writeFindings,
  type PeerFinding,
} from "../fixtures/carving/peer-findings.ts";
import { freshFolder } from "../fixtures/evidence-folder.ts";
import { publishedDataPresent } from "../fixtures/published-media.ts";

const isRecording = process.env["VESTIGE_RECORD"] === "1";
const isCampaign = process.env["VESTIGE_CAMPAIGN"] === "1";
const absent = publishedDataPresent ? null : "needs the published data beside the project";
const fileAt = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const record = fileAt("carving-images.tsv");
const disagreements = fileAt("carving-images-disagreements.tsv");
const base = freshFolder("carving-images");
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** Bytes of the peer's finding that are a whole file to one of our carvers, 0 for none. */
function soundBytes({ offset, length }: PeerFinding, medium: Buffer): number {
  const alone = memoryOf(medium.subarray(offset, offset + length));
  const verdicts = carvers.map((carver) => carver.carve(alone, 0, length));
  return Math.max(0, ...verdicts.map((found) => (found?.verdict === "complete" ? found.length : 0)));
}

/** Of photorec: file systems and volumes, which are read as such and not carved as files. */
const volumeTypes = ["ext", "fat", "ntfs", "xfs", "btrfs"];
const isVolume = ({ type }: PeerFinding): boolean => volumeTypes.includes(type);
/** Guessed from words: there is no structure that a carver could follow to an end. Words are found by the scan of the bytes. */
const looseTypes = ["txt", "bat", "cue", "gsm"];

interface Settled {
  readonly verdict: string;
  readonly own: CarvedFile | null;
}

/** What becomes of a finding. Every answer but `unsettled` is a reason. */
function settle(finding: PeerFinding, medium: Buffer, files: readonly CarvedFile[]): Settled {
  const raw = files.filter(({ inside }) => inside === "");
  const here = raw.filter(({ offset }) => offset === finding.offset);
  const same = here.find(({ sha256 }) => sha256 === finding.sha256);
  if (same) return { verdict: "same", own: same };
  if (isVolume(finding)) return { verdict: "a volume, which is read and not carved", own: null };
  const own = here.find(({ verdict }) => verdict === "complete") ?? here[0] ?? null;
  const sound = soundBytes(finding, medium);
  if (own?.verdict === "complete" && own.length < finding.length && sound === own.length)
    return { verdict: "the peer goes on behind the end of the format", own };
  if (own?.verdict === "complete" && own.length > finding.length && sound < finding.length)
    return { verdict: "the peer ends before the end of the format", own };
  if (own?.verdict === "truncated" && sound === 0) return { verdict: "in pieces: only its beginning is sound", own };
  const end = finding.offset + finding.length;
  const holder = raw.find(({ offset, length, verdict }) => {
    return verdict === "complete" && offset <= finding.offset && offset + length >= end;
  });
  if (holder) return { verdict: "a part of a whole file, given out with it", own: holder };
  if (looseTypes.includes(finding.type))
    return { verdict: "text or samples without a structure, not carved", own: null };
  if (finding.type === "apple" && medium.readUInt32BE(finding.offset) === 0x00051607)
    return { verdict: "AppleDouble, which no carver knows", own: null };
  return { verdict: sound === 0 && here.length === 0 ? "no file to any carver" : "unsettled", own };
}

const head = ["image", "inner", "peer", "type", "offset", "length", "own", "exported", "reason"].join("\t");

function lineOf(finding: PeerFinding, { verdict, own }: Settled, exported: ReadonlySet<string>): string {
  const { image, inner, peer, type, offset, length, sha256 } = finding;
  const ours = own ? `${own.kind} ${own.offset} ${own.length} ${own.verdict}` : "none";
  const whose = [own && exported.has(own.sha256) ? "own" : "", exported.has(sha256) ? "peer" : ""].filter(Boolean);
  return [image, inner, peer, type, offset, length, ours, whose.join(" and ") || "neither", verdict].join("\t");
}

const mediaOf = (findings: readonly PeerFinding[]): { image: string; inner: string }[] => {
  const keys = new Map(findings.map(({ image, inner }) => [`${image}\t${inner}`, { image, inner }]));
  return [...keys.values()];
};

function recordPeers(): PeerFinding[] {
  const seen = new Set<string>();
  return rawMedia().flatMap((where) => {
    const medium = mediumOf(where);
    const sha256 = hashOf("sha256", medium);
    if (seen.has(sha256)) return [];
    seen.add(sha256);
    return findingsOf(where, medium, join(base, "peers"));
  });
}

interface Comparison {
  readonly lines: string[];
  readonly counts: Record<string, number>;
}

function compare(findings: readonly PeerFinding[]): Comparison {
  const comparison: Comparison = { lines: [], counts: {} };
  for (const where of mediaOf(findings)) {
    const own = findings.filter(({ image, inner }) => image === where.image && inner === where.inner);
    // Large media without a file in them need not be unpacked.
    const medium = own.every(isVolume) ? Buffer.alloc(0) : mediumOf(where);
    const files = carvedFiles(medium);
    const exported = exportedFiles(where.image);
    for (const finding of own) {
      const settled = settle(finding, medium, files);
      comparison.counts[settled.verdict] = (comparison.counts[settled.verdict] ?? 0) + 1;
      if (settled.verdict !== "same") comparison.lines.push(lineOf(finding, settled, exported));
    }
  }
  return comparison;
}

describe("carving of the published media", () => {
  it("has what foremost and photorec found, or a reason", { timeout: 600_000 }, ({ skip }) => {
    if (absent !== null) return skip(absent);
    if (isRecording) writeFindings(record, recordPeers());
    const findings = readFindings(record);
    const { lines, counts } = compare(findings);
    if (isRecording) writeFileSync(disagreements, `${[head, ...lines].join("\n")}\n`);
    expect(counts["unsettled"] ?? 0, lines.filter((line) => line.endsWith("unsettled")).join("\n")).toBe(0);
    expect([head, ...lines]).toEqual(readFileSync(disagreements, "utf8").split("\n").filter(Boolean));
    expect(counts).toEqual({
      ...{ same: 53, "the peer goes on behind the end of the format": 18 },
      ...{ "the peer ends before the end of the format": 4, "in pieces: only its beginning is sound": 1 },
      ...{ "a part of a whole file, given out with it": 2, "a volume, which is read and not carved": 21 },
      ...{ "text or samples without a structure, not carved": 19, "AppleDouble, which no carver knows": 23 },
    });
    // Where both begin and end a file differently, the file system never agrees with the peer, and with us in all cases but one.
    const ends = lines.filter((line) => /the peer (?:goes on|ends)/.test(line)).map((line) => line.split("\t").at(-2));
    expect(ends.filter((whose) => whose === "own")).toHaveLength(ends.length - 1);
    expect(ends.filter((whose) => whose?.includes("peer"))).toEqual([]);
  });

  it("finds the peers as recorded", { timeout: 600_000 }, ({ skip }) => {
    if (!isCampaign) return skip("runs foremost and photorec in a campaign (VESTIGE_CAMPAIGN=1)");
    if (absent !== null) return skip(absent);
    expect(recordPeers()).toEqual(readFindings(record));
  });
});
