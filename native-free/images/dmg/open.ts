/** Opens a UDIF image: the trailers of its segments, its tables; without a trailer it looks for the tables. */
import { Buffer } from "node:buffer";
import { readHead, readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { factsOf, type Fact } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { probeBytes, type ImageSegment } from "../image-format.ts";
import { entryOf, parsePropertyList, textOf } from "../property-list.ts";
import { BlockMap, rawTable, type RawTable } from "./block-map.ts";
import { DataFork } from "./data-fork.ts";
import { DmgImage } from "./image.ts";
import { sectorBytes, trailerLayout } from "./layouts.ts";
import { resourcesOf } from "./resource-fork.ts";
import { encryptionOf, findTrailer, isNdif, type Stretch, type Trailer } from "./trailer.ts";

/** Tables of a medium of a terabyte and more in blocks of 1 MiB: they are read at once. */
const mostTableBytes = 96 << 20;
/** How far from the end the tables are looked for. */
const salvageBytes = 32 << 20;
/** No set has more segments. */
const mostSegments = 1000;

interface Opened {
  readonly segment: ImageSegment;
  readonly trailer: Trailer;
}

/**
 * Throws EvidenceError: `image/encrypted`, `image/unsupported` for NDIF and for tables that are too large, `image/structure-damaged` where the tables cannot be
 * read, `image/not-recognised`.
 */
export function openDmg(segments: readonly ImageSegment[]): DmgImage {
  for (const { source } of segments) {
    const head = readHead(source, probeBytes);
    const scheme = encryptionOf(head, readRange(source, Math.max(0, source.size - 8), 8));
    if (scheme !== null) throw new EvidenceError("image/encrypted", { scheme });
    if (isNdif(head)) throw new EvidenceError("image/unsupported", { feature: "NDIF of Disk Copy" });
  }
  const opened = segments.flatMap((segment) => {
    const trailer = findTrailer(segment.source);
    return trailer ? [{ segment, trailer }] : [];
  });
  const [first] = opened.sort((a, b) => a.trailer.segmentNumber - b.trailer.segmentNumber);
  if (!first) return salvaged(segments);
  return withTrailers(segments, opened, first);
}

function withTrailers(segments: readonly ImageSegment[], opened: readonly Opened[], first: Opened): DmgImage {
  const findings = segments.flatMap(({ name }) =>
    opened.some(({ segment }) => segment.name === name) ? [] : [finding("image/segment-foreign", { files: 1 })],
  );
  const set = opened.filter(({ trailer }) => trailer.segmentId === first.trailer.segmentId);
  if (set.length < opened.length)
    findings.push(finding("image/segment-foreign", { files: opened.length - set.length }));
  findings.push(...missingSegments(set), ...set.flatMap(shapeFindings));
  const { trailer, segment } = first;
  const named = set.flatMap((each) => (hasTables(each.trailer) ? [tablesOf(each, findings)] : []))[0];
  // A trailer that names tables and leads to none is damaged; they may be there.
  const searched = named?.length === 0 ? searchTables(segment.source).tables : [];
  if (searched.length > 0) findings.push(finding("image/dmg-salvaged"));
  const tables = searched.length > 0 ? searched : (named ?? []);
  const fork = forkOf(set);
  if (tables.length === 0) return plain(first, fork, set, findings);
  const map = new BlockMap(tables);
  const declared = trailer.sectorCount * sectorBytes;
  const known = trailer.sectorCount > 0 && Number.isSafeInteger(declared);
  const size = known ? declared : map.end;
  if (declared !== map.end) {
    findings.push(finding("image/structures-differ", { structure: "size of the medium", field: "sectors" }));
  }
  const single = set.length === 1 && trailer.segmentCount <= 1 ? { segment, offset: trailer.dataFork.offset } : null;
  return new DmgImage({
    ...{ size, map, fork, single, trailer, name: segment.name },
    facts: [...trailerFacts(trailer), ...mapFacts(map)],
    findings: [...findings, ...mapFindings(map, size)],
  });
}

/** Without a table the fork is the medium (UDRW with a trailer). */
function plain({ trailer, segment }: Opened, fork: DataFork, set: readonly Opened[], findings: Finding[]): DmgImage {
  const length = trailer.dataFork.length;
  const declared = trailer.sectorCount * sectorBytes;
  if (set.some((each) => hasTables(each.trailer)) && declared !== length) {
    throw new EvidenceError("image/structure-damaged", { structure: "block tables", problem: "absent" });
  }
  if (set.length > 1 || !Number.isSafeInteger(length) || length === 0) {
    throw new EvidenceError("image/not-recognised", { segments: set.length });
  }
  if (declared !== 0 && declared !== length) {
    findings.push(finding("image/structures-differ", { structure: "size of the medium", field: "sectors" }));
  }
  // One raw block over all of it.
  const map = new BlockMap([{ name: null, data: rawTable(Math.floor(length / sectorBytes)) }]);
  const single = { segment, offset: trailer.dataFork.offset };
  const facts = trailerFacts(trailer);
  const size = Math.floor(length / sectorBytes) * sectorBytes;
  // The master checksum is one of tables.
  const known = { ...trailer, masterChecksumType: 0 };
  return new DmgImage({ size, map, fork, single, trailer: known, name: segment.name, facts, findings });
}

/** The tables without a trailer: the data fork begins with the file, and the medium ends where they do. */
function salvaged(segments: readonly ImageSegment[]): DmgImage {
  const [segment] = segments;
  if (!segment || segments.length > 1) throw new EvidenceError("image/not-recognised", { segments: segments.length });
  const { source, name } = segment;
  const { tables, at } = searchTables(source);
  const map = new BlockMap(tables);
  if (map.tables.length === 0) throw new EvidenceError("image/not-recognised", { segments: 1 });
  const fork = new DataFork([{ start: 0, end: at, segment, offset: 0 }]);
  return new DmgImage({
    ...{ size: map.end, map, fork, single: { segment, offset: 0 }, trailer: null, name },
    facts: mapFacts(map),
    findings: [finding("image/dmg-salvaged"), ...mapFindings(map, map.end)],
  });
}

/** The last property list near the end of a file; `at` is where it begins. */
function searchTables(source: ByteSource): { tables: RawTable[]; at: number } {
  const from = Math.max(0, source.size - salvageBytes);
  const tail = Buffer.from(readRange(source, from, salvageBytes).buffer);
  const begin = Math.max(tail.lastIndexOf("<?xml"), tail.lastIndexOf("<plist"));
  if (begin === -1) return { tables: [], at: source.size };
  return { tables: listedTables(parsePropertyList(tail.subarray(begin)).value), at: from + begin };
}

function hasTables({ propertyList, resourceFork }: Trailer): boolean {
  return propertyList.length > 0 || resourceFork.length > 0;
}

function tablesOf({ segment, trailer }: Opened, findings: Finding[]): RawTable[] {
  const { propertyList, resourceFork } = trailer;
  if (propertyList.length > 0) {
    const text = stretchOf(segment.source, propertyList);
    const list = parsePropertyList(text ?? new Uint8Array(0));
    if (!list.whole) {
      findings.push(finding("image/structure-damaged", { structure: "property list", problem: "ill-formed" }));
    }
    const tables = listedTables(list.value);
    if (tables.length > 0 || resourceFork.length === 0) return tables;
  }
  const fork = stretchOf(segment.source, resourceFork);
  return fork ? resourcesOf(fork, "blkx").map(({ name, data }) => ({ name, data })) : [];
}

function stretchOf(source: ByteSource, { offset, length }: Stretch): Uint8Array | null {
  if (!Number.isSafeInteger(offset + length) || offset >= source.size) return null;
  if (Math.min(length, source.size - offset) > mostTableBytes) {
    throw new EvidenceError("image/unsupported", { feature: `tables of more than ${mostTableBytes >> 20} MiB` });
  }
  return readRange(source, offset, length);
}

function listedTables(value: Parameters<typeof entryOf>[0]): RawTable[] {
  const listed = entryOf(entryOf(value, "resource-fork"), "blkx");
  if (!Array.isArray(listed)) return [];
  return listed.flatMap((each) => {
    const data = entryOf(each, "Data");
    const name = textOf(entryOf(each, "CFName")) || textOf(entryOf(each, "Name"));
    return data instanceof Uint8Array ? [{ name, data }] : [];
  });
}

function forkOf(set: readonly Opened[]): DataFork {
  return new DataFork(
    set.flatMap(({ segment, trailer: { dataFork, runningOffset } }) => {
      const start = set.length > 1 ? runningOffset : 0;
      const end = start + dataFork.length;
      const usable = Number.isSafeInteger(end) && Number.isSafeInteger(dataFork.offset + dataFork.length);
      return usable ? [{ start, end, segment, offset: dataFork.offset }] : [];
    }),
  );
}

function missingSegments(set: readonly Opened[]): Finding[] {
  const count = Math.min(mostSegments, set[0]?.trailer.segmentCount ?? 1);
  const findings: Finding[] = [];
  for (let number = 1; number <= count && count > 1; number++) {
    const there = set.filter(({ trailer }) => trailer.segmentNumber === number).length;
    if (there === 0) findings.push(finding("image/segment-missing", { segment: number }));
    if (there > 1) findings.push(finding("image/segment-twice", { segment: number }));
  }
  return findings;
}

function shapeFindings({ segment: { source, name }, trailer }: Opened): Finding[] {
  const findings: Finding[] = [];
  const { dataFork, propertyList, at } = trailer;
  const expected = Math.max(dataFork.offset + dataFork.length, propertyList.offset + propertyList.length);
  if (expected > source.size)
    findings.push(finding("image/truncated", { segment: name, bytes: source.size, expected }));
  const behind = source.size - at - trailerLayout.size;
  if (at > 0 && behind > 0) findings.push(finding("image/dmg-trailer-place", { bytes: behind }));
  return findings;
}

function mapFindings(map: BlockMap, size: number): Finding[] {
  const bytes = map.uncovered + Math.max(0, size - map.end);
  const missing = bytes === 0 ? [] : [finding("image/blocks-missing", { bytes })];
  const unknown = map.kinds().has("unknown")
    ? [finding("image/unsupported", { feature: "a method of compression that is not known" })]
    : [];
  return [...map.findings, ...missing, ...unknown];
}

const variants = new Map([
  [1, "device"],
  [2, "partition"],
  [3, "mounted file system"],
]);

function trailerFacts({ version, segmentId, segmentCount, variant, codeSignature }: Trailer): Fact[] {
  const nil = /^[0-]+$/.test(segmentId);
  return factsOf({
    version,
    uuid: nil ? null : segmentId,
    members: segmentCount > 1 ? segmentCount : null,
    kind: variants.get(variant) ?? null,
    features: codeSignature.length > 0 ? "code signature" : null,
  });
}

function mapFacts(map: BlockMap): Fact[] {
  const kinds = map.kinds();
  const packed = [...kinds].filter((kind) => kind !== "zero" && kind !== "raw" && kind !== "ignore");
  const facts = factsOf({
    compression: packed.length > 0 ? packed.join(", ") : "none",
    features: kinds.has("ignore") ? "blocks left out as free" : null,
  });
  return [...facts, ...map.tables.flatMap(({ name }) => (name ? factsOf({ partition: name }) : []))];
}
