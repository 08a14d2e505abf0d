/**
 * Reads a container from the disk and compares: every content with its hash in the signed list (or, without a list, with the
 * one that the container itself states), every map, the statements on every entry, and the file as a whole.
 */
import { closeSync, openSync, statSync } from "node:fs";
import { setImmediate as immediate } from "node:timers/promises";
import { readMember, type ZipMember } from "../../../native-free/containers/zip64/read.ts";
import { hasContent, type LogicalEntry } from "../../../native-free/images/aff4l/entry.ts";
import { Ledger } from "../../../native-free/images/aff4l/ledger.ts";
import { mapMembers } from "../../../native-free/images/aff4l/map.ts";
import { openAff4Logical, type Aff4Logical, type LogicalFile } from "../../../native-free/images/aff4l/reader.ts";
import { canonicalJson } from "../../../native-free/model/canonical-json.ts";
import { isEvidenceError } from "../../../native-free/model/errors.ts";
import type { EvidenceName } from "../../../native-free/model/item.ts";
import { entryUrl } from "../../../workers/entry-url.ts";
import { FileSource } from "../../../workers/file-source.ts";
import { Pool } from "../../../workers/pool.ts";
import { logicalSays } from "../../messages/en.ts";
import type { DamageProblem } from "../../messages/en-logical.ts";
import { exitCodes, OperatorError } from "../../messages/operator-error.ts";
import type { ManifestEntry } from "../../source/manifest-entry.ts";
import { errorCode } from "../../source/describe-entry.ts";
import type {
  CheckResult,
  CheckTask,
  CheckThreadData,
  ContentProblem,
  ExpectedContent,
  HashName,
} from "./check-thread.ts";

export interface CheckOptions {
  readonly container: string;
  /** Entries of the list that was made with the container; null to rely on what the container says of itself. */
  readonly entries: (() => Iterable<ManifestEntry>) | null;
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Bytes of contents checked so far. */
  readonly onProgress: (bytes: number) => void;
}

export interface DamagedFile {
  readonly path: EvidenceName;
  readonly problem: DamageProblem;
}

export interface ContainerCheck {
  readonly ok: boolean;
  /** Contents that were read and found right, and their bytes. */
  readonly contents: number;
  readonly bytes: number;
  readonly files: number;
  readonly duplicates: number;
  readonly damaged: readonly DamagedFile[];
  /** Codes of findings on the container as a whole. */
  readonly findings: readonly string[];
  readonly size: number;
  /** Hex, of the whole file. */
  readonly sha256: string;
  /** "" where it is no volume at all. */
  readonly volume: string;
}

/** A read that hangs so long ends the check. */
const stallMs = 120_000;
const batchBytes = 8 << 20;
const batchContents = 256;
/** Statements that are compared between two looks at the signal. */
const pauseEntries = 2000;

/** Throws OperatorError: the file cannot be opened, interrupted (4). */
export async function checkContainer(options: CheckOptions): Promise<ContainerCheck> {
  const { descriptor, size } = openContainer(options.container);
  try {
    const check = new Check(options, new FileSource(descriptor, size, "-"));
    return await check.run();
  } finally {
    closeSync(descriptor);
  }
}

function openContainer(path: string): { descriptor: number; size: number } {
  try {
    const descriptor = openSync(path, "r");
    return { descriptor, size: statSync(path).size };
  } catch (error) {
    throw new OperatorError("image/unreadable", logicalSays.containerUnreadable(path, errorCode(error)));
  }
}

/** What is to be read of one entry. */
interface Wanted {
  readonly path: EvidenceName;
  readonly content: ExpectedContent | null;
}

class Check {
  readonly #options: CheckOptions;
  readonly #source: FileSource;
  readonly #pool: Pool<CheckThreadData, CheckTask, CheckResult>;
  readonly #damaged: DamagedFile[] = [];
  /** Names of members whose content is not what it must be. */
  readonly #badMembers = new Set<string>();
  #logical: Aff4Logical | null = null;
  #contents = 0;
  #bytes = 0;
  #files = 0;
  #duplicates = 0;

  constructor(options: CheckOptions, source: FileSource) {
    this.#options = options;
    this.#source = source;
    this.#pool = new Pool({
      entry: entryUrl(import.meta.url, "./check-thread"),
      size: Math.max(2, options.workers),
      dataFor: () => ({ data: { container: options.container, size: source.size } }),
      stallMs,
    });
  }

  async run(): Promise<ContainerCheck> {
    const close = () => void this.#pool.close();
    this.#options.signal.addEventListener("abort", close, { once: true });
    try {
      this.#checkSignal();
      const whole = this.#pool.run(0, { whole: true }) as Promise<{ sha256: string }>;
      whole.catch(() => undefined);
      const findings = await this.#checkContents();
      const { sha256 } = await whole;
      this.#checkSignal();
      return this.#verdict(findings, sha256);
    } catch (error) {
      this.#checkSignal();
      throw error;
    } finally {
      this.#options.signal.removeEventListener("abort", close);
      await this.#pool.close();
    }
  }

  #checkSignal(): void {
    if (!this.#options.signal.aborted) return;
    throw new OperatorError("run/interrupted", logicalSays.checkInterrupted(), exitCodes.stopped);
  }

  #verdict(findings: readonly string[], sha256: string): ContainerCheck {
    return {
      ok: this.#damaged.length === 0 && findings.length === 0,
      contents: this.#contents,
      bytes: this.#bytes,
      files: this.#files,
      duplicates: this.#duplicates,
      damaged: this.#damaged,
      findings,
      size: this.#source.size,
      sha256,
      volume: this.#logical?.volume ?? "",
    };
  }

  async #checkContents(): Promise<string[]> {
    const { entries } = this.#options;
    try {
      this.#logical = openAff4Logical(this.#source);
    } catch (error) {
      if (!isEvidenceError(error)) throw error;
      for (const { path, ...entry } of entries?.() ?? [])
        if (hasContent({ ...entry, path })) this.#report(path, "missing");
      return [error.code];
    }
    if (entries) {
      await this.#readAll(this.#listed(entries()));
      await this.#checkStatements(entries());
      if (this.#badMembers.size > 0) this.#nameSharers(entries());
    } else {
      await this.#readAll(this.#stated());
      if (this.#badMembers.size > 0) this.#nameStatedSharers();
    }
    return [...new Set(this.#logical.findings.map(({ code }) => code))];
  }

  /** Hands contents to the threads, several at a time, and keeps them all at work. */
  async #readAll(wanted: Iterable<Wanted>): Promise<void> {
    const source = batchesOf(wanted, (path) => this.#report(path, "missing"))[Symbol.iterator]();
    const serve = async (slot: number): Promise<void> => {
      for (let next = source.next(); !next.done; next = source.next()) {
        this.#checkSignal();
        const batch = next.value;
        const contents = batch.map(({ content }) => content);
        const result = (await this.#pool.run(slot, { contents })) as { problems: readonly (ContentProblem | null)[] };
        for (const [index, problem] of result.problems.entries()) this.#count(batch[index] as Ready, problem);
        this.#options.onProgress(this.#bytes);
      }
    };
    // The first thread reads the whole file meanwhile.
    await Promise.all(Array.from({ length: this.#pool.size - 1 }, (_, index) => serve(index + 1)));
  }

  #count({ path, content }: Ready, problem: ContentProblem | null): void {
    if (problem === null) {
      this.#contents += 1;
      this.#bytes += content.size;
      return;
    }
    this.#badMembers.add(content.member.name);
    this.#report(path, problem);
  }

  #report(path: EvidenceName, problem: DamageProblem): void {
    this.#damaged.push({ path, problem });
  }

  /** Contents by the list: where they are follows from it alone. */
  *#listed(entries: Iterable<ManifestEntry>): Iterable<Wanted> {
    const logical = this.#logical as Aff4Logical;
    const ledger = new Ledger();
    for (const entry of entries) {
      const { place } = ledger.place(entry);
      if (place === null || !hasContent(entry)) continue;
      this.#files += 1;
      if ("member" in place) {
        const member = logical.members.get(place.member);
        const digest = { size: entry.size, algorithm: "sha256" as const, digest: entry.sha256 };
        yield { path: entry.path, content: member ? { member, ...digest } : null };
        if (!member) this.#badMembers.add(place.member);
        continue;
      }
      this.#duplicates += 1;
      const parts = mapMembers(logical.volume, entry.size, place);
      if (!parts.every(({ name, bytes }) => this.#holds(name, bytes))) this.#report(entry.path, "map");
    }
  }

  #holds(name: string, expected: Uint8Array): boolean {
    const member = this.#logical?.members.get(name);
    const read = member ? readMember(this.#source, member, expected.length + 1) : null;
    return read?.sound === true && Buffer.compare(read.bytes, expected) === 0;
  }

  /** What the container says of each entry is what the list says. */
  async #checkStatements(entries: Iterable<ManifestEntry>): Promise<void> {
    const stated = (this.#logical as Aff4Logical).entries();
    let seen = 0;
    for (const { schema: _, ...listed } of entries) {
      if (++seen % pauseEntries === 0) {
        await immediate();
        this.#checkSignal();
      }
      const next = stated.next();
      // A finding of the container says that its list ends early.
      if (next.done) return;
      if (!isSame(next.value.entry, listed)) this.#report(listed.path, "metadata");
    }
  }

  #nameSharers(entries: Iterable<ManifestEntry>): void {
    const ledger = new Ledger();
    for (const entry of entries) {
      const { place } = ledger.place(entry);
      if (place && "map" in place && this.#badMembers.has(place.target)) this.#report(entry.path, "content-of-other");
    }
  }

  /** Contents by what the container says of itself. */
  *#stated(): Iterable<Wanted> {
    for (const file of (this.#logical as Aff4Logical).entries()) {
      const { entry } = file;
      if (entry.kind !== "file" || entry.size === null || entry.status === "failed") continue;
      this.#files += 1;
      const hashed = strongest(entry);
      const found = hashed ? this.#memberOf(file) : "no-hash";
      if (typeof found === "string") this.#report(entry.path, found);
      else if (file.stream !== null) this.#duplicates += 1;
      else if (hashed) yield { path: entry.path, content: { member: found, size: entry.size, ...hashed } };
    }
  }

  #memberOf(file: LogicalFile): ZipMember | DamageProblem {
    const logical = this.#logical as Aff4Logical;
    try {
      if (file.stream !== null) return logical.targetOf(file) ?? "map";
    } catch (error) {
      if (!isEvidenceError(error)) throw error;
      return "map";
    }
    const member = logical.memberOf(file);
    if (member) return member;
    return file.isSegment ? "missing" : "unreadable";
  }

  #nameStatedSharers(): void {
    for (const file of (this.#logical as Aff4Logical).entries()) {
      if (file.stream === null) continue;
      const found = this.#memberOf(file);
      if (typeof found !== "string" && this.#badMembers.has(found.name)) {
        this.#report(file.entry.path, "content-of-other");
      }
    }
  }
}

type Ready = Wanted & { readonly content: ExpectedContent };

function* batchesOf(wanted: Iterable<Wanted>, onMissing: (path: EvidenceName) => void): Iterable<Ready[]> {
  let batch: Ready[] = [];
  let bytes = 0;
  for (const { path, content } of wanted) {
    if (content === null) {
      onMissing(path);
      continue;
    }
    batch.push({ path, content });
    bytes += content.size;
    if (bytes < batchBytes && batch.length < batchContents) continue;
    yield batch;
    [batch, bytes] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

function strongest(entry: LogicalEntry): { algorithm: HashName; digest: string } | null {
  for (const algorithm of ["sha256", "sha1", "md5"] as const) {
    const digest = entry[algorithm];
    if (digest !== null) return { algorithm, digest };
  }
  return null;
}

function isSame(stated: LogicalEntry, listed: LogicalEntry): boolean {
  return canonicalJson(stated) === canonicalJson(listed);
}
