/**
 * What the bytes of one content say: type, fields, text, children. The ladder for a bad one is reader (which salvages what
 * it can) → strings → recorded. The row depends on bytes and profile alone, so it may be shared by every occurrence.
 */
import type { ByteSource } from "../native-free/bytes/byte-source.ts";
import { containerFor } from "../native-free/containers/index.ts";
import { extractorFor } from "../native-free/extractors/index.ts";
import { detectLanguage } from "../native-free/extractors/language.ts";
import { extractStrings } from "../native-free/extractors/strings.ts";
import type { EntityFinder } from "../native-free/entities/find-entities.ts";
import { isEvidenceError } from "../native-free/model/errors.ts";
import type { Beside, Child, ExtractContext, Extraction, Extractor } from "../native-free/model/extraction.ts";
import { finding, type Finding } from "../native-free/model/findings.ts";
import { worse, type ContentRow, type Field, type Reason, type Status } from "../native-free/model/item.ts";
import type { PreparedContent, Treatment } from "../native-free/model/prepared.ts";
import { entropyOf } from "../native-free/typing/entropy.ts";
import { identify, type TypeResult } from "../native-free/typing/index.ts";
import type { ContentFacts } from "./child-spool.ts";
import { ContentEntities } from "./content-entities.ts";
import { fuzzyHashesOf } from "./fuzzy-hashes.ts";
import type { ContentWatch } from "./content-watch.ts";
import { isMachineFault } from "./machine-fault.ts";
import { TextCollector } from "./text-collector.ts";

/** How far down the ladder an item starts; below `full` because it was the end of a thread before. */
export type Rung = "full" | "strings" | "recorded";

export interface ContentLimits extends Omit<ExtractContext, "beside"> {
  /** Identifiers and terms of watch-lists that are kept of one content; 0: none are looked for. */
  readonly entities: number;
  /** Whether identifiers are looked for. */
  readonly recognises: boolean;
  /** Null without watch-lists. */
  readonly watch: ContentWatch | null;
  /** Whether files are looked for in bytes that nobody knows how to read. */
  readonly carving: boolean;
  /** Contents of these categories, up to so many bytes, get the hashes by which like ones are found. */
  readonly fuzzyHashes: { readonly categories: readonly string[]; readonly limitBytes: number };
  /** Shortest run of printable characters that counts as a string. */
  readonly stringsMinLength: number;
}

/** Where files are looked for in bytes that are none. */
export interface Carvable {
  /** The content and what follows it on the medium, for files that go on there; null where nothing follows. */
  readonly beyond: ByteSource | null;
  /** Bytes of a cluster; 0 where nobody says. */
  readonly blockBytes: number;
}

export interface ContentWork {
  readonly source: ByteSource;
  readonly facts: ContentFacts;
  readonly limits: ContentLimits;
  /** Files in the folder of the content; null where there is no such folder. */
  readonly beside: Beside | null;
  readonly treatment: Treatment;
  /** Null where no files are looked for. */
  readonly carvable: Carvable | null;
  readonly rung: Rung;
  /** Why the item does not start at the top. */
  readonly rungReason: { readonly reason: Reason; readonly finding: Finding } | null;
  readonly spoolFile: () => string;
  /** What another work file of the case says of equal bytes; null where it says nothing that holds here. */
  readonly recall: (sha256: string, hasBeside: boolean) => PreparedContent | null;
  /** Sign of life for the watchdog. */
  readonly beat: () => void;
  /**
   * Takes a child in; false where no more are wanted (a budget is spent). The reader still goes on to its end: what the
   * content says of itself must not depend on where it was met.
   */
  readonly onChild: (child: Child, reader: Extractor) => Promise<boolean>;
  /** A mistake of ours, for the log; never holds evidence text. */
  readonly onFault: (reader: string, error: unknown) => void;
}

export interface ContentOutcome {
  readonly prepared: PreparedContent;
  readonly type: TypeResult;
  /** True where the content held children, which belong to the occurrence. */
  readonly hasChildren: boolean;
  /** What holds for this occurrence alone, drawn from files beside it; null where none were asked for. */
  readonly here: Here | null;
}

export interface Here {
  readonly findings: readonly Finding[];
  readonly outcome: { readonly status: Status; readonly reason: Reason | null };
}

// Types of these categories hold nothing that a reader would have to find; strings are all there is to index.
const wholeWithoutReader = new Set(["fonts", "executables"]);

/** Types whose bytes are searched themselves: nobody knows what they are, or they are memory as it was. */
const scannedTypes = new Set(["unknown", "hiberfil"]);

class Gathering {
  readonly text: TextCollector;
  readonly entities: ContentEntities;
  /** False while text is gathered whose bytes are searched themselves. */
  searchesText = true;
  readonly fields: Field[] = [];
  readonly findings: Finding[] = [];
  readonly here: { findings: Finding[]; outcome: Here["outcome"]; asked: boolean };
  outcome: { status: Status; reason: Reason | null } = { status: "done", reason: null };
  charset: string | null;
  language: string | null = null;
  textKind: ContentRow["textKind"] = "none";
  hasChildren = false;
  wantsChildren = true;

  constructor({ limits, spoolFile }: ContentWork, finder: EntityFinder | null, charset: string | null) {
    this.entities = new ContentEntities(limits.entities, limits.watch);
    this.text = new TextCollector(limits.textLimitChars, spoolFile, (text, block, bounds) => {
      this.entities.inBlock(finder, text, { block, ...bounds, inBytes: !this.searchesText });
    });
    this.charset = charset;
    this.here = { findings: [], outcome: this.outcome, asked: false };
  }

  /** `here`: for this occurrence alone. */
  worsen(status: Status, reason: Reason, here = false): void {
    const of = here ? this.here : this;
    of.outcome = worse(of.outcome, { status, reason });
  }
}

/** Examines one content. Throws only for the machine's faults (a full disk); the evidence's are findings in the row. */
export async function examineContent(work: ContentWork): Promise<ContentOutcome> {
  const type = await identify(work.source);
  const isPlain = work.rung === "full" && work.treatment === "full" && !work.carvable?.beyond;
  const known = isPlain ? work.recall(work.facts.sha256, work.beside !== null) : null;
  if (known) return { prepared: known, type, hasChildren: false, here: null };
  const got = new Gathering(work, work.limits.recognises ? await entityFinder() : null, type.charset);
  const { text } = got;
  try {
    if (work.rungReason) {
      got.worsen("failed", work.rungReason.reason);
      got.findings.push(work.rungReason.finding);
    }
    const wantsStrings = work.rung === "strings" ? work.treatment !== "typed" : work.treatment === "strings";
    if (work.rung === "full" && work.treatment === "full") await readFully(work, type, got);
    else if (work.rung !== "recorded" && wantsStrings) await readStrings(work, got, work.rung === "full");
    if (text.isCut) {
      got.findings.push(finding("engine/budget-text", { limit: work.limits.textLimitChars }));
      got.worsen("partial", "budget");
    }
    const prepared = await finish(work, type, got);
    return { prepared, type, hasChildren: got.hasChildren, here: got.here.asked ? got.here : null };
  } catch (error) {
    text.discard();
    throw error;
  }
}

async function readFully(work: ContentWork, type: TypeResult, got: Gathering): Promise<void> {
  const reader = containerFor(type.id) ?? extractorFor(type.id);
  if (work.source.size === 0) return;
  if (reader === null) {
    if (type.category === "encrypted") return got.worsen("failed", "encrypted");
    if (!wholeWithoutReader.has(type.category)) got.worsen("partial", "unsupported");
    return readStrings(work, got, scannedTypes.has(type.id));
  }
  const understood = await readWith(reader, work, got);
  // Bytes that are a container as well (an archive behind a picture) hold what the first reader does not see.
  for (const other of type.alternatives) {
    const container = containerFor(other);
    if (container && container !== reader) await readWith(container, work, got);
  }
  // Ciphertext gives noise, a damaged or unread document may still give words.
  if (!understood && got.outcome.reason !== "encrypted" && got.text.isEmpty && !got.hasChildren) {
    await readStrings(work, got, false);
  }
}

/** False where the reader did not get to the end. */
async function readWith(reader: Extractor, work: ContentWork, got: Gathering): Promise<boolean> {
  try {
    for await (const extraction of reader.extract(work.source, { ...work.limits, beside: watched(work.beside, got) })) {
      work.beat();
      if (!(await take(extraction, reader, work, got))) break;
    }
    return got.outcome.status === "done" && got.here.outcome.status === "done";
  } catch (error) {
    if (isMachineFault(error)) throw error;
    const gotSome = !got.text.isEmpty || got.hasChildren || got.fields.length > 0;
    if (isEvidenceError(error)) {
      got.findings.push(finding(error.code, error.params));
      got.worsen(gotSome ? "partial" : "failed", "damaged");
    } else {
      work.onFault(reader.id, error);
      got.findings.push(finding("engine/fault", { reader: reader.id, error: nameOf(error) }));
      got.worsen(gotSome ? "partial" : "failed", "fault");
    }
    return false;
  }
}

/** False stops the reader. */
async function take(extraction: Extraction, reader: Extractor, work: ContentWork, got: Gathering): Promise<boolean> {
  switch (extraction.what) {
    case "text":
      got.textKind = "text";
      got.text.add(extraction.text, extraction.label);
      return !got.text.isCut;
    case "field":
      got.fields.push({ name: extraction.name, value: extraction.value.toWellFormed(), source: extraction.source });
      return true;
    case "charset":
      got.charset = extraction.charset;
      return true;
    case "language":
      got.language = extraction.language;
      return true;
    case "finding":
      (extraction.here ? got.here : got).findings.push(extraction.finding);
      return true;
    case "status":
      got.worsen(extraction.status, extraction.reason, extraction.here);
      return true;
    case "child":
      await takeChild(extraction.child, reader, work, got);
      return true;
  }
}

/** Notes that a reader looked beside the content: what it says then is not to be taken for equal bytes elsewhere. */
function watched(beside: Beside | null, got: Gathering): Beside | null {
  if (!beside) return null;
  const asked = () => {
    got.here.asked = true;
    return beside;
  };
  return { self: beside.self, names: () => asked().names(), open: (name) => asked().open(name) };
}

async function takeChild(child: Child, reader: Extractor, work: ContentWork, got: Gathering): Promise<void> {
  got.hasChildren = true;
  if (got.wantsChildren) got.wantsChildren = await work.onChild(child, reader);
}

/** `isRaw`: nobody knows what the bytes are, so that they are scanned themselves for identifiers and files. */
async function readStrings(work: ContentWork, got: Gathering, isRaw: boolean): Promise<void> {
  const wantsScan = isRaw && (work.limits.entities > 0 || (work.limits.carving && work.carvable !== null));
  got.searchesText = !wantsScan;
  gatherStrings(work, got);
  if (!wantsScan) return;
  const { carving, scanContent } = await import("./carve-content.ts");
  const { source, beat, limits } = work;
  const carve = limits.carving && work.carvable !== null;
  const { beyond, blockBytes } = work.carvable ?? { beyond: null, blockBytes: 0 };
  for (const child of scanContent({ source, beat, beyond, blockBytes, carve, limits }, got.entities)) {
    await takeChild(child, carving, work, got);
  }
}

let finder: EntityFinder | null = null;

/** Loaded when it is first needed: the tables of all identifiers take time. */
async function entityFinder(): Promise<EntityFinder> {
  const loaded = await import("../native-free/entities/find-entities.ts");
  return (finder ??= new loaded.EntityFinder());
}

function gatherStrings(work: ContentWork, got: Gathering): void {
  let found = false;
  // Long stretches may hold no string at all: every read is a sign of life.
  const source: ByteSource = {
    size: work.source.size,
    readInto: (target, at) => {
      work.beat();
      return work.source.readInto(target, at);
    },
    runsIn: (at, length) => work.source.runsIn(at, length),
  };
  for (const piece of extractStrings(source, { minLength: work.limits.stringsMinLength })) {
    found = true;
    got.text.add(piece, null);
    if (got.text.isCut) break;
  }
  if (!found) return;
  got.textKind = "strings";
  got.findings.push(finding("engine/strings"));
}

async function finish(work: ContentWork, type: TypeResult, got: Gathering): Promise<PreparedContent> {
  const { blocks, spooled, sample, textSha256, sketch } = got.text.finish();
  if (got.entities.isCut) {
    got.findings.push(finding("engine/budget-entities", { limit: work.limits.entities }));
    got.worsen("partial", "budget");
  }
  const language = got.language ?? (got.textKind === "text" ? await detectLanguage(sample) : null);
  if (type.alternatives.length > 0) {
    got.findings.push(finding("type/polyglot", { types: [type.id, ...type.alternatives].join(", ") }));
  }
  const row: ContentRow = {
    sha256: work.facts.sha256,
    sha1: work.facts.sha1,
    md5: work.facts.md5,
    size: work.source.size,
    type: type.id,
    mime: type.mime,
    category: type.category,
    charset: got.charset,
    language,
    entropy: entropyOf(work.facts.histogram, work.source.size),
    ...got.outcome,
    textKind: got.textKind,
    textSha256,
    fields: got.fields,
    findings: got.findings,
    entities: got.entities.rows,
  };
  const isOfBytes = !got.hasChildren && !got.here.asked && work.rungReason === null && !work.carvable?.beyond;
  const share = !isOfBytes ? "never" : work.beside === null ? "alone" : "anywhere";
  return { row, treatment: work.treatment, share, similar: similarOf(work, type, sketch), blocks, spooled };
}

function similarOf({ source, treatment, limits, rung, beat }: ContentWork, type: TypeResult, text: Uint32Array | null) {
  const { categories, limitBytes } = limits.fuzzyHashes;
  const isWanted = rung === "full" && treatment === "full" && categories.includes(type.category);
  const hashes = isWanted && source.size > 0 && source.size <= limitBytes ? fuzzyHashesOf(source, beat) : null;
  const sketch = text === null ? null : new Uint8Array(text.buffer);
  return { sketch, ssdeep: hashes?.ssdeep ?? null, tlsh: hashes?.tlsh ?? null };
}

/** The class of an error and its code: technical words that hold no evidence text. */
export function nameOf(error: unknown): string {
  const e = error as { name?: unknown; code?: unknown } | null;
  const code = typeof e?.code === "string" ? ` ${e.code}` : "";
  return `${typeof e?.name === "string" ? e.name : typeof error}${code}`;
}
