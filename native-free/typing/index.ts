/**
 * Typing: what the bytes are, whatever the name says. Own signatures and structural checks first, text by its encoding and
 * content next, the package file-type for the rest. All matches are kept: the surest is the type, others are alternatives.
 */
import type { ByteSource } from "../bytes/byte-source.ts";
import { isWholeArchive } from "./archive-kind.ts";
import { charsetHeadBytes, decodeWith, guessCharsetOf } from "./charset.ts";
import { ancestryOf, contradicts } from "./extension.ts";
import { identifyByPackage } from "./file-type-package.ts";
import { lacksPattern } from "./entropy.ts";
import { Probe } from "./probe.ts";
import { typeRegistry } from "./registry.ts";
import { mailWithBinaryBody, textKind } from "./text-kind.ts";
import {
  compileSignature,
  firstByteOf,
  type Signature,
  signatureMatches,
  type TypeId,
  type TypeRow,
} from "./type-row.ts";

export { typeRegistrations, typeRegistry } from "./registry.ts";
export { categories } from "./categories.ts";

export interface TypeResult {
  /** Stable id of the typing registry; `unknown` where nothing matched, `empty` for no bytes. */
  readonly id: TypeId;
  readonly mime: string;
  /** For people. */
  readonly name: string;
  readonly category: string;
  /** Usual extensions, without dot. */
  readonly extensions: readonly string[];
  /** `certain`: signature and structure agree; `possible`: short signature or frequency; `none`: unknown. */
  readonly certainty: "certain" | "possible" | "none";
  /** What else the bytes are, surest first: more than none means that the file is several things at once. */
  readonly alternatives: readonly TypeId[];
  /** Encoding of text, null for binary types. */
  readonly charset: string | null;
}

interface Match {
  readonly id: TypeId;
  readonly weight: number;
  readonly certain: boolean;
}

interface Candidate {
  readonly row: TypeRow;
  readonly signature: Signature | null;
}

/** Candidates by the byte they demand at offset 0, and those that demand none there. */
const byFirstByte: Candidate[][] = Array.from({ length: 256 }, () => []);
const anywhere: Candidate[] = [];
for (const { row } of typeRegistry.values()) {
  if (!row.sig && row.check) anywhere.push({ row, signature: null });
  for (const text of row.sig ?? []) {
    const signature = compileSignature(text);
    const first = firstByteOf(signature);
    (first >= 0 ? byFirstByte[first]! : anywhere).push({ row, signature });
  }
}

/** Never throws for any content; reads at most 70 KB and what structural checks ask for. */
export async function identify(source: ByteSource): Promise<TypeResult> {
  if (source.size === 0) return resultOf("empty", "certain", [], null);
  const probe = new Probe(source);
  const matches = binaryMatches(probe);
  const best = matches[0];
  if (best?.certain) {
    const alternatives = alternativesOf(matches, probe);
    return resultOf(best.id, "certain", alternatives, textTypesWithMarks.has(best.id) ? await charsetOf(probe) : null);
  }
  const text = await identifyText(probe, best);
  if (text) return text;
  const packaged = await identifyByPackage(probe.head);
  if (packaged) return resultOf(packaged, "certain", alternativesOf(matches, probe), null);
  if (best) return resultOf(best.id, "possible", alternativesOf(matches, probe), null);
  const tail = alternativesOf([], probe);
  if (tail.length > 0) return resultOf(tail[0]!, "possible", [], null);
  return lacksPattern(probe)
    ? resultOf("encrypted-possible", "possible", [], null)
    : resultOf("unknown", "none", [], null);
}

/** See `contradicts` in `extension.ts` for what is and is not a mismatch. */
export function hasExtensionMismatch(result: TypeResult, fileName: string): boolean {
  return contradicts(result, fileName);
}

/** Formats with a signature of their own that are text nevertheless. */
const textTypesWithMarks = new Set<TypeId>([
  "rtf",
  "ps",
  "eps",
  "vmdk-descriptor",
  "mork",
  "uuencode",
  "hdr",
  "pbm",
  "pgm",
  "ppm",
  "bdf",
  "warc",
]);

function binaryMatches(probe: Probe): Match[] {
  const best = new Map<TypeId, Match>();
  const consider = ({ row, signature }: Candidate): void => {
    if (signature && !signatureMatches(signature, probe)) return;
    if (row.check && !row.check(probe)) return;
    const id = row.refine?.(probe) ?? row.id;
    const weight = (signature?.weight ?? 0) + (row.check ? 4 : 0);
    const known = best.get(id);
    if (!known || known.weight < weight) best.set(id, { id, weight, certain: !row.weak && weight >= 3 });
  };
  for (const candidate of byFirstByte[probe.head[0]!]!) consider(candidate);
  for (const candidate of anywhere) consider(candidate);
  return [...best.values()].sort(
    (a, b) => Number(b.certain) - Number(a.certain) || b.weight - a.weight || (a.id < b.id ? -1 : 1),
  );
}

/** The other certain matches that are not what the first is a kind of, nor a kind of it; and a ZIP at the end. */
function alternativesOf(matches: readonly Match[], probe: Probe): TypeId[] {
  const kept: TypeId[] = matches[0] ? [matches[0].id] : [];
  const others = matches
    .slice(1)
    .filter((match) => match.certain)
    .map((match) => match.id);
  if (isWholeArchive(probe)) others.push("zip");
  const found: TypeId[] = [];
  for (const id of others) {
    const related = [...kept, ...found].some(
      (other) => ancestryOf(other).includes(id) || ancestryOf(id).includes(other),
    );
    if (!related && !isPartitionOf(kept[0], id)) found.push(id);
  }
  return found;
}

/** A volume or partition table is described by several structures at once, which is no contradiction. */
function isPartitionOf(first: TypeId | undefined, other: TypeId): boolean {
  return (
    first !== undefined &&
    typeRegistry.get(first)?.category === "disk-images" &&
    typeRegistry.get(other)?.category === "disk-images"
  );
}

async function charsetOf(probe: Probe): Promise<string | null> {
  return (await guessCharsetOf(probe.source))?.charset ?? null;
}

async function identifyText(probe: Probe, weak: Match | undefined): Promise<TypeResult | null> {
  const found = await guessCharsetOf(probe.source);
  if (!found) {
    const mail = mailWithBinaryBody(probe.head);
    return mail === null ? null : resultOf(mail, "certain", [], null);
  }
  const sample = probe.head.subarray(found.markBytes, charsetHeadBytes);
  const id = textKind(decodeWith(sample, found.charset), probe.size <= charsetHeadBytes);
  const certain = found.certainty === "certain" || id !== "text";
  // A weak binary signature wins over text only where the text is itself a guess.
  if (weak && !certain && found.charset !== "utf-8") return null;
  return resultOf(id, certain ? "certain" : "possible", [], found.charset);
}

function resultOf(
  id: TypeId,
  certainty: TypeResult["certainty"],
  alternatives: readonly TypeId[],
  charset: string | null,
): TypeResult {
  const type = typeRegistry.get(id);
  if (!type) throw new Error(`type not registered: ${id}`);
  const { mime, name, category, extensions } = type;
  return { id, mime, name, category, extensions, certainty, alternatives, charset };
}
