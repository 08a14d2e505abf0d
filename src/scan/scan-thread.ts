/** Thread entry of a scan: scans parts of items, hashes them, writes carved files. */
import { createHash } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { isLost, MemorySource, type ByteSource } from "../../native-free/bytes/byte-source.ts";
import { carvers as allCarvers } from "../../native-free/carving/index.ts";
import { recognisers as allRecognisers } from "../../native-free/entities/index.ts";
import { isEvidenceError } from "../../native-free/model/errors.ts";
import { contentOf } from "../../native-free/scanning/carve-ledger.ts";
import { rawTermsOf } from "../../native-free/scanning/raw-terms.ts";
import { ByteScanner, type ScanParts } from "../../native-free/scanning/scan-bytes.ts";
import type { FoundFile, ScanSink, StreamPath } from "../../native-free/scanning/scan-events.ts";
import { reopenStream } from "../../native-free/scanning/reopen-stream.ts";
import { streamDecoders } from "../../native-free/scanning/streams/index.ts";
import { parseWatchList } from "../../native-free/watchlists/parse-list.ts";
import { compileWatchLists } from "../../native-free/watchlists/watch-matcher.ts";
import { serveTasks } from "../../workers/thread-port.ts";
import { PartOpener, type OpenedPart } from "./open-part.ts";
import type {
  ScannedFeature,
  ScannedFile,
  ScannedTerm,
  ScanPart,
  ScanResult,
  ScanTask,
  ScanThreadData,
  ScanWanted,
} from "./scan-job.ts";

const chunkBytes = 1 << 20;
/** Pieces of a carved file that are told one by one. */
const toldPieces = 4096;

function partsOf({ files, features, lists, streams }: ScanWanted): ScanParts {
  const carvers = allCarvers.filter(({ kinds }) => files === null || kinds.some(({ id }) => files.includes(id)));
  return {
    carvers,
    recognisers: allRecognisers.filter(
      ({ kinds }) => features === null || kinds.some(({ id }) => features.includes(id)),
    ),
    terms: lists.length === 0 ? null : rawTermsOf(compiled(lists)),
    decoders: streams ? streamDecoders : [],
  };
}

/** Of texts that were parsed without a problem before. */
const compiled = (lists: ScanWanted["lists"]) =>
  compileWatchLists(lists.flatMap(({ text, name }) => parseWatchList(text, name).list ?? []));

/** A carver or recogniser of several kinds may find more than was asked for. */
class Wanted {
  readonly #files: ReadonlySet<string> | null;
  readonly #features: ReadonlySet<string> | null;

  constructor({ files, features }: ScanWanted) {
    this.#files = files && new Set(files);
    this.#features = features && new Set(features);
  }

  file(kind: string): boolean {
    return this.#files?.has(kind) ?? true;
  }

  feature(kind: string): boolean {
    return this.#features?.has(kind) ?? true;
  }
}

class Gathered {
  readonly #wanted: Wanted;
  readonly #features: ScannedFeature[] = [];
  readonly #terms: ScannedTerm[] = [];
  readonly #files: ScannedFile[] = [];
  readonly #hashes: string[] = [];
  readonly #failed: { item: string; code: string }[] = [];
  #bytes = 0;
  #lost = 0;
  #cuts = 0;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  result(): ScanResult {
    return {
      ...{ features: this.#features, terms: this.#terms, files: this.#files, hashes: this.#hashes },
      ...{ bytes: this.#bytes, lost: this.#lost, cuts: this.#cuts, failed: this.#failed },
    };
  }

  /** What the system refuses is told by its code: errors lose theirs between threads. */
  async guarded(item: string, work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      const code = systemCode(error);
      if (code === null) throw error;
      this.#failed.push({ item, code });
    }
  }

  /** Hashes it where there is no scanner. */
  async part(opener: PartOpener, part: ScanPart, scanner: ByteScanner | null, beat: () => void): Promise<void> {
    let opened: OpenedPart | null = null;
    try {
      opened = await opener.open(part);
      if (!scanner) this.#hashes.push(opened ? hashOf(opened.source, beat) : "");
      else if (opened) this.#scan(opened, part, scanner);
    } catch (error) {
      const code = isEvidenceError(error) ? error.code : systemCode(error);
      if (code === null) throw error;
      this.#failed.push({ item: part.item, code });
      if (!scanner) this.#hashes.push("");
    } finally {
      opened?.close();
    }
  }

  #scan(
    { path, source, carve, blockBytes, lead }: OpenedPart,
    { from, to, isDeleted }: ScanPart,
    scanner: ByteScanner,
  ): void {
    const last = Math.min(to, source.size);
    scanner.scan(source, { from, to: last, carve, blockBytes, lead }, this.#sinkFor(path, source));
    this.#bytes += Math.max(0, last - from);
    if (isDeleted) return;
    for (const run of source.runsIn(from, last - from)) if (isLost(run.kind)) this.#lost += run.length;
  }

  #sinkFor(item: string, source: ByteSource): ScanSink {
    const at = (inside: StreamPath, offset: number) => ({
      ...{ item, inside },
      exhibit: exhibitPlace(source, inside.length > 0 ? streamStart(inside[0]!) : offset),
    });
    return {
      feature: (inside, feature) => {
        if (this.#wanted.feature(feature.kind)) this.#features.push({ ...at(inside, feature.offset), feature });
      },
      term: (inside, term) => void this.#terms.push({ ...at(inside, term.offset), term }),
      file: (inside, file) => {
        if (this.#wanted.file(file.carved.kind))
          this.#files.push({ ...at(inside, file.offset), ...scanned(file, inside, source) });
      },
      cut: () => void this.#cuts++,
    };
  }
}

/** Of a file that the system does not give: its code; null for what is our own mistake. */
function systemCode(error: unknown): string | null {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : null;
}

const streamStart = (name: string): number => Number(/@(\d+)/.exec(name)?.[1] ?? 0);

function exhibitPlace(source: ByteSource, offset: number): number | null {
  for (const { kind, place } of source.runsIn(offset, 1)) return kind === "data" && place.exact ? place.offset : null;
  return null;
}

function scanned({ carver, offset, carved, content }: FoundFile, inside: StreamPath, source: ByteSource) {
  const { kind, verdict, length, title } = carved;
  const pieces = carved.pieces ?? [{ start: offset, length }];
  return {
    ...{ carver, kind, verdict, offset, length, title, pieces },
    extents: inside.length > 0 ? null : extentsOf(source, pieces),
    findings: carved.findings.map(({ code }) => code),
    sha256: hashOf(content, () => undefined),
  };
}

function extentsOf(source: ByteSource, pieces: ScannedFile["pieces"]): { start: number; length: number }[] {
  const extents: { start: number; length: number }[] = [];
  for (const piece of pieces) {
    for (const { length, place, kind } of source.runsIn(piece.start, piece.length)) {
      if (kind !== "data" || !place.exact || extents.length === toldPieces) continue;
      const last = extents.at(-1);
      if (last && last.start + last.length === place.offset) last.length += length;
      else extents.push({ start: place.offset, length });
    }
  }
  return extents;
}

function hashOf(source: ByteSource, beat: () => void): string {
  const hash = createHash("sha256");
  forEachChunk(source, beat, (bytes) => hash.update(bytes));
  return hash.digest("hex");
}

function forEachChunk(source: ByteSource, beat: () => void, take: (bytes: Uint8Array) => void): void {
  const chunk = new Uint8Array(Math.min(chunkBytes, source.size));
  for (let at = 0; at < source.size; at += chunk.length) {
    beat();
    take(chunk.subarray(0, source.readInto(chunk, at)));
  }
}

async function writeFile(
  opener: PartOpener,
  { part, file, to }: Extract<ScanTask, { what: "write" }>,
  beat: () => void,
): Promise<void> {
  const opened = await opener.open(part);
  if (!opened) throw new Error("what was carved is not there any more");
  try {
    const holder =
      file.inside.length === 0 ? opened.source : new MemorySource(reopenStream(opened.source, file.inside));
    const content = contentOf(holder, file.offset, { ...file, findings: [] });
    const descriptor = openSync(to, "wx", 0o644);
    try {
      forEachChunk(content, beat, (bytes) => {
        for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
      });
    } finally {
      closeSync(descriptor);
    }
  } finally {
    opened.close();
  }
}

await serveTasks<ScanThreadData, ScanTask, ScanResult>((data, heartbeat) => {
  const beat = (): void => heartbeat.beat();
  const scanner = new ByteScanner(partsOf(data.wanted), { beat });
  const wanted = new Wanted(data.wanted);
  let opener: PartOpener | null = null;
  return async (task) => {
    opener ??= new PartOpener(data);
    const result = new Gathered(wanted);
    if (task.what === "write") await result.guarded(task.part.item, writeFile(opener, task, beat));
    else {
      for (const part of task.parts) await result.part(opener, part, task.what === "scan" ? scanner : null, beat);
    }
    return result.result();
  };
});
