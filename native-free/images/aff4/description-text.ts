/** information.turtle of an image that we write. Specification: AFF4 Standard 1.0a, sections 2, 3.3, 4.3, 5.4 and 6. */
import { CHUNK_BYTES } from "./layouts.ts";
import { turtleString } from "./turtle.ts";
import { AFF4, DEFLATE_METHOD, LZ4_METHOD, VESTIGE, WRITTEN_BLOCK_HASH, XSD } from "./vocabulary.ts";
import type { Aff4Metadata } from "./writer.ts";
import type { Aff4Compression } from "./chunk-codec.ts";

/** Of a linear stream of bytes, lower-case hexadecimal. */
export interface Aff4Hashes {
  readonly md5?: string;
  readonly sha1?: string;
  readonly sha256?: string;
  readonly sha512?: string;
}

export interface DescriptionFacts {
  readonly volumeUrn: string;
  readonly streamUrn: string;
  readonly mapUrn: string;
  readonly imageUrn: string;
  readonly acquired: Date;
  readonly metadata: Aff4Metadata;
  readonly compression: Aff4Compression;
  readonly chunksInBevy: number;
  readonly size: number;
  readonly bytesPerSector: number;
  readonly unreadableSectors: number;
  /** Over the medium with unreadable sectors as zeros, which is what the stream holds. */
  readonly hashes: Aff4Hashes;
  /** SHA-512, lower-case hexadecimal, of section 6.2. */
  readonly blockHashes: string;
  readonly mapPoint: string;
  readonly mapIndex: string;
  readonly map: string;
  readonly blockMap: string;
}

type Statement = readonly [predicate: string, objects: string | readonly string[]];

const methods: Readonly<Record<Aff4Compression, string | null>> = {
  none: null,
  deflate: DEFLATE_METHOD,
  lz4: LZ4_METHOD,
};

const iri = (urn: string): string => `<${urn}>`;
const typed = (value: string | number, type: string): string => `"${value}"^^${type}`;

function subject(name: string, statements: readonly (Statement | null)[]): string {
  const lines = statements.flatMap((statement) => {
    if (!statement || statement[1].length === 0) return [];
    const [predicate, objects] = statement;
    return [`        ${predicate} ${typeof objects === "string" ? objects : objects.join(" , ")}`];
  });
  return `${name}\n${lines.join(" ;\n")} .\n`;
}

const names = { md5: "MD5", sha1: "SHA1", sha256: "SHA256", sha512: "SHA512" } as const;

function linear(hashes: Aff4Hashes): string[] {
  return (Object.keys(names) as (keyof typeof names)[]).flatMap((name) => {
    const value = hashes[name];
    return value === undefined ? [] : [typed(value, `aff4:${names[name]}`)];
  });
}

const text = (predicate: string, value: string): Statement | null =>
  value === "" ? null : [predicate, turtleString(value)];

/**
 * The linear hashes are those of the stream, which holds zeros where the source could not be read. They are also those of the
 * image where all was readable; else `aff4:hash` of the image would have to count "UNREADABLEDATA" (section 6.1), so that it
 * carries only the block map hash, and the zero-filled hashes under a name of our own.
 */
export function descriptionText(facts: DescriptionFacts): string {
  const { volumeUrn, metadata, acquired } = facts;
  const target: Statement = ["aff4:target", iri(facts.imageUrn)];
  const stored: Statement = ["aff4:stored", iri(volumeUrn)];
  const time = typed(acquired.toISOString(), "xsd:dateTime");
  const parts = [facts.imageUrn, facts.mapUrn, facts.streamUrn].map(iri);
  return [
    `@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n@prefix xsd: <${XSD}> .\n` +
      `@prefix aff4: <${AFF4}> .\n@prefix vestige: <${VESTIGE}> .\n`,
    subject(iri(volumeUrn), [
      ["a", "aff4:ZipVolume"],
      ["aff4:contains", parts],
      ["aff4:creationTime", time],
      ["aff4:interface", "aff4:Volume"],
    ]),
    imagePart(facts, stored),
    mapPart(facts, stored),
    streamPart(facts, stored),
    subject(iri(`${facts.streamUrn}/blockhash.${WRITTEN_BLOCK_HASH.ending}`), [
      ["a", "aff4:BlockHashes"],
      ["aff4:hash", typed(facts.blockHashes, "aff4:SHA512")],
    ]),
    subject(iri(`${facts.imageUrn}/CaseDetails`), [
      ["a", "aff4:CaseDetails"],
      text("aff4:caseName", metadata.caseNumber),
      text("aff4:caseDescription", metadata.description),
      text("aff4:examiner", metadata.examiner),
      stored,
      target,
    ]),
    subject(iri(`${facts.imageUrn}/CaseNotes`), [
      ["a", "aff4:CaseNotes"],
      text("aff4:caseNumber", metadata.caseNumber),
      text("aff4:evidenceNumber", metadata.evidenceNumber),
      text("aff4:examiner", metadata.examiner),
      text("aff4:notes", metadata.notes ?? ""),
      ["aff4:timestamp", time],
      stored,
      target,
    ]),
    subject(iri(`${facts.imageUrn}/TimeStamps`), [
      ["a", "aff4:TimeStamps"],
      ["aff4:operation", turtleString("CAPTURE")],
      ["aff4:startTime", time],
      ["aff4:timeSource", turtleString("SINK")],
      stored,
      target,
    ]),
  ].join("\n");
}

function imagePart(facts: DescriptionFacts, stored: Statement): string {
  const { metadata, size, bytesPerSector, unreadableSectors } = facts;
  const hashes = linear(facts.hashes);
  const readable = unreadableSectors === 0;
  return subject(iri(facts.imageUrn), [
    ["a", "aff4:DiskImage , aff4:ContiguousImage , aff4:Image"],
    ["aff4:dataStream", iri(facts.mapUrn)],
    ["aff4:size", typed(size, "xsd:long")],
    ["aff4:blockSize", typed(bytesPerSector, "xsd:int")],
    ["aff4:sectorCount", typed(Math.ceil(size / bytesPerSector), "xsd:long")],
    ["aff4:hash", [...(readable ? hashes : []), typed(facts.blockMap, "aff4:blockMapHashSHA512")]],
    ["vestige:zeroFilledHash", readable ? [] : hashes],
    readable ? null : ["vestige:unreadableSectors", typed(unreadableSectors, "xsd:long")],
    text("aff4:diskModel", metadata.model),
    text("aff4:diskSerial", metadata.serial),
    ["aff4:acquisitionCompletionState", turtleString("Completed Normally")],
    text("vestige:software", metadata.software),
    stored,
  ]);
}

function mapPart(facts: DescriptionFacts, stored: Statement): string {
  return subject(iri(facts.mapUrn), [
    ["a", "aff4:Map"],
    ["aff4:size", typed(facts.size, "xsd:long")],
    ["aff4:dependentStream", iri(facts.streamUrn)],
    ["aff4:mapGapDefaultStream", "aff4:Zero"],
    ["aff4:mapPointHash", typed(facts.mapPoint, "aff4:SHA512")],
    ["aff4:mapIdxHash", typed(facts.mapIndex, "aff4:SHA512")],
    ["aff4:mapHash", typed(facts.map, "aff4:SHA512")],
    ["aff4:blockMapHash", typed(facts.blockMap, "aff4:SHA512")],
    stored,
    ["aff4:target", iri(facts.imageUrn)],
  ]);
}

function streamPart(facts: DescriptionFacts, stored: Statement): string {
  const method = methods[facts.compression];
  return subject(iri(facts.streamUrn), [
    ["a", "aff4:ImageStream"],
    ["aff4:size", typed(facts.size, "xsd:long")],
    ["aff4:chunkSize", typed(CHUNK_BYTES, "xsd:int")],
    ["aff4:chunksInSegment", typed(facts.chunksInBevy, "xsd:int")],
    method === null ? null : ["aff4:compressionMethod", iri(method)],
    ["aff4:hash", linear(facts.hashes)],
    ["aff4:version", typed(1, "xsd:int")],
    stored,
    ["aff4:target", iri(facts.mapUrn)],
  ]);
}
