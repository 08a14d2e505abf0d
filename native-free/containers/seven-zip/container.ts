/**
 * Archives that 7-Zip 24.09 reads, as containers: every entry is a child. 7z with all methods of 7-Zip (not those of its forks: Zstandard,
 * LZ4, Brotli), RAR 1.5 to 5 with volumes, LHA, ARJ, CAB with the cabinets beside it, CHM, XAR, WIM, cramfs, HFS+, SZDD.
 * Encrypted lists and entries with the passwords of the case. Not supported: RAR 1.4, garbled ARJ, PMarc, LHA methods lh1 and lzs, LHA header level 3; volumes of LHA and ARJ;
 * several streams of one RAR or WIM file are entries of their own. Entries larger than the profile's limit are listed without content.
 */
import { Buffer } from "node:buffer";
import { readHead, type ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import type { Child, ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { SevenZipArchive, type Listed } from "../../seven-zip/archive.ts";
import type { ListedEntry } from "../../seven-zip/listing.ts";
import { childOf, needsKey } from "./child.ts";
import { partsOf, type Parts } from "./volumes.ts";

/** By type: archive type of 7-Zip, and whether its times are points in time. */
const formats: Readonly<Record<string, { readonly format: string; readonly isUtc: boolean }>> = {
  "7z": { format: "7z", isUtc: true },
  rar5: { format: "rar5", isUtc: true },
  rar: { format: "rar", isUtc: false },
  lzh: { format: "lzh", isUtc: false },
  arj: { format: "arj", isUtc: false },
  cab: { format: "cab", isUtc: false },
  chm: { format: "chm", isUtc: false },
  xar: { format: "xar", isUtc: true },
  wim: { format: "wim", isUtc: true },
  cramfs: { format: "cramfs", isUtc: true },
  hfsplus: { format: "hfs", isUtc: true },
  szdd: { format: "mslz", isUtc: false },
};

export const sevenZipContainer: Extractor = {
  id: "7zip",
  family: "container",
  name: "7z, RAR, LHA, ARJ, CAB, CHM, XAR, WIM, cramfs, HFS+, SZDD",
  spec: "7zFormat.txt; RAR 5.0 archive format; MS-CAB 2.1; ARJ technote; Apple TN1150",
  level: "partial",
  types: ["7z", "rar", "lzh", "arj", "cab", "chm", "xar", "wim", "cramfs", "hfsplus", "szdd"],
  extract: (source, context) => extractPacked(typeOf(source), source, context),
};

/** By what the typing registry tells them by; each is read as what it is, whatever else 7-Zip would take it for. LHA has no mark at its start. */
const marks: readonly (readonly [type: string, at: number, mark: string])[] = [
  ["7z", 0, "377abcaf271c"],
  ["rar", 0, "526172211a07"],
  ["rar", 0, "52457e5e"],
  ["cab", 0, "4d534346"],
  ["chm", 0, "49545346"],
  ["xar", 0, "78617221"],
  ["wim", 0, "4d5357494d"],
  ["wim", 0, "574c50574d"],
  ["cramfs", 0, "453dcd28"],
  ["cramfs", 0, "28cd3d45"],
  ["szdd", 0, "535a"],
  ["szdd", 0, "4b57414a"],
  ["hfsplus", 1024, "482b"],
  ["hfsplus", 1024, "4858"],
  ["arj", 0, "60ea"],
];

function typeOf(source: ByteSource): string {
  const head = Buffer.from(readHead(source, 1026)).toString("hex");
  return marks.find(([, at, mark]) => head.startsWith(mark, at * 2))?.[0] ?? "lzh";
}

const RAR5_MARK = 0x01;

function formatOf(type: string, source: ByteSource): { format: string; isUtc: boolean } {
  const head = readHead(source, 21);
  if (type === "rar" && head[6] === RAR5_MARK) return formats["rar5"]!;
  // From level 2 on, LHA headers hold Unix times.
  if (type === "lzh" && (head[20] ?? 0) >= 2) return { format: "lzh", isUtc: true };
  return formats[type]!;
}

/** Signature, version, then the header of the start: size of the next header, whose first byte says whether it is packed (7zFormat.txt). */
function hasPackedList(type: string, source: ByteSource): boolean {
  if (type !== "7z") return false;
  const head = readHead(source, 32);
  if (head.length < 32) return false;
  const view = new DataView(head.buffer, head.byteOffset);
  const at = 32 + Number(view.getBigUint64(12, true));
  const first = new Uint8Array(1);
  if (!Number.isSafeInteger(at) || source.readInto(first, at) === 0) return false;
  return first[0] === 0x17;
}

async function* extractPacked(type: string, source: ByteSource, context: ExtractContext): AsyncIterable<Extraction> {
  const parts: Parts | null = context.beside && partsOf(type, source, context.beside);
  const here = parts ? ({ here: true } as const) : {};
  if (parts?.isInner) return yield { what: "finding", finding: finding("packed/part"), here: true };
  const { format, isUtc } = formatOf(type, source);
  const archive = new SevenZipArchive({
    format,
    zone: isUtc ? "utc" : "local-unknown",
    mounted: parts?.mounted ?? [{ name: nameFor(type, context), source }],
    passwords: context.passwords,
    limitBytes: context.wholeLimitBytes,
    hasPackedList: hasPackedList(type, source),
  });
  const listed = await archive.list();
  const tell = (found: Finding): Extraction => ({ what: "finding", finding: found, ...here });
  if (parts) yield tell(finding("packed/joined", { parts: parts.count }));
  yield* statesOf(listed, { method: cipherOf(format), tried: context.passwords.length }, here);
  if (listed.state === "locked") return;
  if (!parts && (format === "rar" || format === "rar5")) {
    const { comment, volume } = await archive.about();
    if (comment !== "") yield { what: "text", text: comment, label: "archive comment" };
    // A later volume may begin with a whole entry: its number alone says that others came before.
    if (volume > 0 && !listed.isVolumeMissing) yield* volumeMissing(here);
  }
  yield* childrenOf(archive, listed.entries, {
    format,
    limit: context.wholeLimitBytes,
    here,
    tried: context.passwords.length,
  });
}

/** 7-Zip looks for further volumes by the name of the first. */
function nameFor(type: string, context: ExtractContext): string {
  return context.beside && !/[\u0000-\u001f]/.test(context.beside.self) ? context.beside.self : `content.${type}`;
}

const cipherOf = (format: string): string =>
  ({ "7z": "7z-aes", rar5: "rar5-aes", rar: "rar-aes" })[format] ?? `${format}-cipher`;

function* statesOf(
  listed: Listed,
  { method, tried }: { method: string; tried: number },
  here: { here?: true },
): Iterable<Extraction> {
  const { state, entries } = listed;
  if (state === "locked") {
    const found =
      tried > 0 ? finding("crypto/no-password-fits", { tried, method }) : finding("packed/locked", { method });
    yield { what: "finding", finding: found, ...here };
    return yield { what: "status", status: "failed", reason: "encrypted", ...here };
  }
  if (state === "damaged" && entries.length === 0) throw new EvidenceError("packed/damaged", { problem: "no-entries" });
  if (listed.isVolumeMissing) yield* volumeMissing(here);
  else if (state === "damaged") {
    yield { what: "finding", finding: finding("packed/damaged", { problem: "list" }), ...here };
    yield { what: "status", status: "partial", reason: "damaged", ...here };
  }
  if (listed.isCut) {
    yield { what: "finding", finding: finding("packed/too-many-entries", { listed: entries.length }), ...here };
    yield { what: "status", status: "partial", reason: "budget", ...here };
  }
}

function* volumeMissing(here: { here?: true }): Iterable<Extraction> {
  yield { what: "finding", finding: finding("packed/part-missing"), ...here };
  yield { what: "status", status: "partial", reason: "absent", ...here };
}

interface Family {
  readonly format: string;
  readonly limit: number;
  readonly here: { here?: true };
  readonly tried: number;
}

async function* childrenOf(
  archive: SevenZipArchive,
  entries: readonly ListedEntry[],
  { format, limit, here, tried }: Family,
): AsyncIterable<Extraction> {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const method = cipherOf(format);
  const told = new Set<number>();
  let locked = 0;
  for (const entry of entries) {
    const isOpen = !needsKey(entry) || (await archive.unlock(entry));
    for (const index of archive.unlockedWith.filter((one) => !told.has(one))) {
      told.add(index);
      yield { what: "finding", finding: finding("crypto/unlocked", { number: index + 1, method }), ...here };
    }
    if (!isOpen) locked += 1;
    const child: Child = childOf(archive, entry, { isOpen, limit, linked: byPath.get(entry.hardLink ?? "") ?? null });
    yield { what: "child", child };
  }
  if (locked === 0) return;
  const found =
    tried > 0 ? finding("crypto/no-password-fits", { tried, method }) : finding("packed/locked", { method });
  yield { what: "finding", finding: found, ...here };
  yield { what: "status", status: "partial", reason: "encrypted", ...here };
}
