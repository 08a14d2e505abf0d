/** The verdicts on a manifest's list of files, and on any single file against lists, reports and journal. */
import { pageSays } from "../../messages/en-verify-page.ts";
import { judgeByProofs } from "./judge-proof.ts";
import { LineRoot } from "./line-root.ts";
import { fromUtf8, sameBytes, toHex } from "./octets.ts";
import { hashFile, linesOfFile, type PageFile, type Progress } from "./page-file.ts";
import { isLoose, textOf, type Loose } from "./signed-document.ts";
import { Sha256 } from "./sha256.ts";
import type { Known, KnownManifest, Verdict } from "./verdict.ts";

/** `files.leaves`: not signed itself; believed where its hashes give the root that a signed manifest states. */
export async function judgeLeaves(file: PageFile, known: Known): Promise<Verdict> {
  const bytes = await file.read(0, file.size);
  const tree = new LineRoot();
  for (let at = 0; at < bytes.length; at += leafBytes) tree.addLeaf(bytes.subarray(at, at + leafBytes));
  const root = toHex(tree.root());
  known.leaves.push({ bytes, root });
  const facts: [string, string][] = [
    [pageSays.labels.lines, String(tree.count)],
    [pageSays.labels.root, root],
  ];
  const manifest = known.manifests.find(({ files }) => files["root"] === root);
  if (!manifest) {
    const remarks = known.manifests.length === 0 ? [pageSays.giveManifest()] : [];
    const level = known.manifests.length === 0 ? "unsure" : "bad";
    return { file: file.name, level, headline: pageSays.leavesUnproved(), facts, remarks };
  }
  const headlines = {
    good: pageSays.leavesAgree(manifest.from),
    unsure: pageSays.leavesOfUnproved(manifest.from),
    bad: pageSays.listOfBadManifest(manifest.from),
  };
  const remarks = manifest.level === "unsure" ? [pageSays.giveJournal()] : [];
  return { file: file.name, level: manifest.level, headline: headlines[manifest.level], facts, remarks };
}

const leafBytes = 32;

interface SeenList {
  readonly lines: number;
  readonly root: string;
  readonly sha256: string;
  /** First line that is no whole entry, 0 for none. */
  readonly badLine: number;
  /** First line that differs from leaves that a signed manifest vouches for, 0 for none or unknown. */
  readonly differs: number;
}

/** `files.jsonl`: hash, number of lines and root over the lines must be those of a signed manifest. */
export async function judgeList(file: PageFile, known: Known, progress: Progress): Promise<Verdict> {
  const paths = new Map<string, { path: string; count: number }>();
  const seen = await readList(file, known, paths, progress);
  const facts: [string, string][] = [
    [pageSays.labels.lines, String(seen.lines)],
    [pageSays.labels.fileHash, seen.sha256],
    [pageSays.labels.root, seen.root],
  ];
  const manifest = known.manifests.find(
    ({ files }) => files["sha256"] === seen.sha256 && files["lines"] === seen.lines && files["root"] === seen.root,
  );
  known.lists.push({ from: file.name, level: manifest?.level ?? "unsure", paths });
  return { ...listVerdict(file, known, manifest ?? null, seen), facts };
}

async function readList(
  file: PageFile,
  known: Known,
  paths: Map<string, { path: string; count: number }>,
  progress: Progress,
): Promise<SeenList> {
  const whole = new Sha256();
  const tree = new LineRoot();
  const believed = known.leaves.filter(({ root }) => known.manifests.some(({ files }) => files["root"] === root));
  const leaves = believed.length === 1 ? believed[0].bytes : null;
  let badLine = 0;
  let differs = 0;
  for await (const line of linesOfFile(file, whole, progress)) {
    const expected = leaves?.subarray(tree.count * leafBytes, (tree.count + 1) * leafBytes);
    const leaf = tree.add(line.bytes);
    if (expected && !sameBytes(leaf, expected)) differs ||= line.number;
    const entry = lineOf(line.bytes);
    if (!entry || !line.terminated) badLine ||= line.number;
    const hash = textOf(entry, "sha256");
    if (entry && hash !== null) addPath(paths, hash, pathOf(entry));
  }
  // Where the lines end early, the first one missing is the one that differs.
  if (leaves && tree.count * leafBytes < leaves.length) differs ||= tree.count + 1;
  return { lines: tree.count, root: toHex(tree.root()), sha256: toHex(whole.digest()), badLine, differs };
}

function listVerdict(
  file: PageFile,
  known: Known,
  manifest: KnownManifest | null,
  seen: SeenList,
): Omit<Verdict, "facts"> {
  const { manifests } = known;
  if (manifests.length === 0) {
    return { file: file.name, level: "unsure", headline: pageSays.listAlone(), remarks: [pageSays.giveManifest()] };
  }
  if (!manifest) {
    const stated = manifests.length === 1 ? Number(manifests[0].files["lines"]) : null;
    const headline = pageSays.listDiffers(seen.lines, stated, seen.badLine, seen.differs);
    return { file: file.name, level: "bad", headline, remarks: seen.differs > 0 ? [] : [pageSays.listNoPlace()] };
  }
  if (manifest.level === "bad") {
    return { file: file.name, level: "bad", headline: pageSays.listOfBadManifest(manifest.from), remarks: [] };
  }
  if (manifest.level === "unsure") {
    const headline = pageSays.listOfUnproved(seen.lines, manifest.from);
    return { file: file.name, level: "unsure", headline, remarks: [pageSays.giveJournal()] };
  }
  return { file: file.name, level: "good", headline: pageSays.listAgrees(seen.lines, manifest.from), remarks: [] };
}

function lineOf(bytes: Uint8Array): Loose | null {
  const text = fromUtf8(bytes);
  if (text === null) return null;
  try {
    const value = JSON.parse(text) as unknown;
    return isLoose(value) ? value : null;
  } catch {
    // A line that is no JSON is named in the verdict by its number.
    return null;
  }
}

function pathOf(entry: Loose): string {
  const path = entry["path"];
  return typeof path === "string" ? path : (textOf(isLoose(path) ? path : null, "text") ?? "");
}

function addPath(paths: Map<string, { path: string; count: number }>, hash: string, path: string): void {
  const before = paths.get(hash);
  if (before) before.count++;
  else paths.set(hash, { path, count: 1 });
}

/** Any other file: is it named, by its SHA-256, in a list, a report or the journal? */
export async function judgeOther(file: PageFile, known: Known, progress: Progress): Promise<Verdict> {
  const sha256 = toHex(await hashFile(file, progress));
  const facts: [string, string][] = [[pageSays.labels.fileHash, sha256]];
  const say = (level: Verdict["level"], headline: string, remarks: string[] = []): Verdict => ({
    file: file.name,
    level,
    headline,
    facts,
    remarks,
  });
  const list = known.lists.find(({ paths }) => paths.has(sha256));
  const found = list?.paths.get(sha256);
  if (list && found) {
    const headline = pageSays.inList(found.path, found.count);
    return list.level === "good"
      ? say("good", headline, [pageSays.inListMeaning()])
      : say("unsure", headline, [pageSays.listUnproved()]);
  }
  const recorded = recordedAs(sha256, known);
  if (recorded) return say(recorded.level, recorded.headline, recorded.remarks);
  const byProof = await judgeByProofs(file, sha256, known, progress);
  if (byProof) return say(byProof.level, byProof.headline, byProof.remarks);
  // Only a list that is proved says that something is not in it.
  if (known.lists.some(({ level }) => level === "good")) return say("bad", pageSays.notInList());
  if (known.lists.length > 0) return say("unsure", pageSays.notInUnprovedList(), [pageSays.listUnproved()]);
  return say("unsure", pageSays.nothingToCompare(), [pageSays.giveManifest()]);
}

type Recorded = Pick<Verdict, "level" | "headline"> & { readonly remarks: string[] };

/** What reports and journal say of a hash, or null. */
function recordedAs(sha256: string, known: Known): Recorded | null {
  const reported = known.reported.get(sha256);
  if (reported?.level === "good") return { level: "good", headline: pageSays.inReport(reported.name), remarks: [] };
  const seq = known.journal?.named.get(sha256);
  if (seq !== undefined) return { level: "good", headline: pageSays.inJournal(seq), remarks: [] };
  if (!reported) return null;
  const headline = pageSays.inUnprovedReport(reported.name);
  return { level: "unsure", headline, remarks: [pageSays.giveJournal()] };
}

/** A report's list of items: it is not signed itself, the report names its hash. */
export async function judgeItems(file: PageFile, known: Known, progress: Progress): Promise<Verdict> {
  const sha256 = toHex(await hashFile(file, progress));
  const facts: [string, string][] = [[pageSays.labels.fileHash, sha256]];
  const recorded = recordedAs(sha256, known);
  if (recorded) return { file: file.name, facts, ...recorded };
  // Browsers number a second copy: "… (1).jsonl".
  const name = file.name.replace(/^.*[/\\]/, "").replace(/ ?\(\d+\)(?=\.jsonl$)/, "");
  const named = [...known.reported.values()].filter((one) => one.name === name);
  if (named.some(({ level }) => level === "good")) {
    return { file: file.name, level: "bad", headline: pageSays.itemsDiffer(), facts, remarks: [] };
  }
  const headline = named.length > 0 ? pageSays.itemsDifferUnproved() : pageSays.itemsUnnamed();
  return { file: file.name, level: "unsure", headline, facts, remarks: [pageSays.giveReport()] };
}
