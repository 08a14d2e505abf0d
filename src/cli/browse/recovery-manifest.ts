/** The manifest of a folder of recovered files: JSON lines that are only ever added to, and a table for people made of them at the end. */
import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  statSync,
} from "node:fs";
import { basename, join } from "node:path";
import { readRange } from "../../../native-free/bytes/byte-source.ts";
import type { Resolved } from "../../../native-free/layers/resolve.ts";
import { browseSays } from "../../messages/en.ts";
import { OperatorError } from "../../messages/operator-error.ts";
import type { OpenedEvidence } from "../../source/evidence.ts";
import { csvRow } from "../../search/csv.ts";
import { flagText, type FlagValues } from "../command.ts";
import { jsonLine, type JsonValue, type Output } from "../output.ts";
import { syncFolder, writeWhole } from "./target.ts";

export type ManifestRow = Readonly<Record<string, JsonValue>>;

/** The first line: what was recovered from, by what it is and not by where it lies. */
export type SourceRow = ManifestRow;

/** A link is not followed: what it leads to is not ours to write. */
const manifestMode =
  constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const headBytes = 1 << 20;

/** Of what a recovery is made; two of the same source with the same flags are equal but for `source`. */
export function describeSource(
  { path, found, opened, medium }: OpenedEvidence,
  place: Resolved,
  flags: FlagValues,
  hashes: readonly string[],
): SourceRow {
  const { image } = medium;
  const hash = createHash("sha256").update(readRange(image, 0, headBytes));
  hash.update(readRange(image, Math.max(0, image.size - headBytes), headBytes));
  return {
    schema: "vestige.recovery-source/1",
    event: "source",
    source: basename(path),
    format: found.format,
    size: image.size,
    fileBytes: opened.files.slice(0, found.names.length).map(({ size }) => size),
    /** SHA-256 over the first and the last MiB of the medium. */
    headAndTail: hash.digest("hex"),
    snapshot: flagText(flags, "snapshot"),
    at: place.path,
    all: flags["all"] === true,
    hashes,
  };
}

export class ManifestFile {
  static readonly jsonName = "manifest.jsonl";
  static readonly tableName = "manifest.csv";
  readonly #folder: string;
  readonly #output: Output;
  readonly #descriptor: number;
  #lines: string[] = [];

  private constructor(folder: string, descriptor: number, output: Output) {
    this.#folder = folder;
    this.#descriptor = descriptor;
    this.#output = output;
  }

  /** Begins a manifest, or takes up the one of an interrupted recovery. Throws OperatorError where it is of another. */
  static open(folder: string, source: SourceRow, output: Output): ManifestFile {
    const path = join(folder, ManifestFile.jsonName);
    const descriptor = openSync(path, manifestMode, 0o644);
    const manifest = new ManifestFile(folder, descriptor, output);
    try {
      if (!fstatSync(descriptor).isFile()) {
        throw new OperatorError("target/foreign", browseSays.foreignFolder(output.safe(folder)));
      }
      const first = manifest.#linesOf().next();
      if (first.done) {
        // New, or cut off within its first line.
        ftruncateSync(descriptor, 0);
        writeWhole(descriptor, [Buffer.from(`${jsonLine(source)}\n`)]);
        fsyncSync(descriptor);
        syncFolder(folder);
      } else if (identity(manifest.#parse(first.value.text, 1)) !== identity(source)) {
        throw new OperatorError("target/other-recovery", browseSays.otherRecovery(output.safe(folder)));
      }
      return manifest;
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /** Rows so far, in order. A last line that was cut off is removed. */
  readRows(onRow: (row: ManifestRow) => void): void {
    let end = 0;
    let number = 0;
    for (const { text, next } of this.#linesOf()) {
      number += 1;
      end = next;
      if (number > 1) onRow(this.#parse(text, number));
    }
    if (end < statSync(join(this.#folder, ManifestFile.jsonName)).size) ftruncateSync(this.#descriptor, end);
  }

  /** Lines that are not written yet. */
  get held(): number {
    return this.#lines.length;
  }

  hold(row: ManifestRow): void {
    const whole = { schema: "vestige.recovered/1", event: "recovered", ...row };
    this.#lines.push(jsonLine(whole));
    this.#output.event(whole.schema, whole.event, row);
  }

  /** Adds the lines and makes them durable. */
  write(): void {
    if (this.#lines.length === 0) return;
    writeWhole(this.#descriptor, [Buffer.from(`${this.#lines.join("\n")}\n`)]);
    fsyncSync(this.#descriptor);
    this.#lines = [];
  }

  /** Writes the table, in the place of an earlier one. */
  writeTable(): void {
    const path = join(this.#folder, ManifestFile.tableName);
    const temporary = join(this.#folder, `incoming-${process.pid}`);
    const descriptor = openSync(temporary, "w", 0o644);
    try {
      let piece = csvRow(columns);
      this.readRows((row) => {
        piece += csvRow(cellsOf(row));
        if (piece.length < 1 << 18) return;
        writeWhole(descriptor, [Buffer.from(piece)]);
        piece = "";
      });
      writeWhole(descriptor, [Buffer.from(piece)]);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
    syncFolder(this.#folder);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #parse(text: string, line: number): ManifestRow {
    try {
      const row: unknown = JSON.parse(text);
      if (typeof row === "object" && row !== null && !Array.isArray(row)) return row as ManifestRow;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    const file = this.#output.safe(join(this.#folder, ManifestFile.jsonName));
    throw new OperatorError("target/manifest", browseSays.manifestDamaged(file, line));
  }

  /** Lines that end, with the offset behind each. */
  *#linesOf(): Generator<{ readonly text: string; readonly next: number }> {
    const part = Buffer.alloc(1 << 20);
    let rest = Buffer.alloc(0);
    let at = 0;
    for (let count; (count = readSync(this.#descriptor, part, 0, part.length, at)) > 0;) {
      const bytes = Buffer.concat([rest, part.subarray(0, count)]);
      const base = at - rest.length;
      at += count;
      let from = 0;
      for (let end; (end = bytes.indexOf(0x0a, from)) >= 0; from = end + 1) {
        yield { text: bytes.toString("utf8", from, end), next: base + end + 1 };
      }
      rest = bytes.subarray(from);
    }
  }
}

/** Where the source lies may change between two starts. */
function identity(row: ManifestRow): string {
  return JSON.stringify(Object.entries(row).filter(([name]) => name !== "source"));
}

const columns = [
  ...[
    "path",
    "state",
    "content",
    "confidence",
    "size",
    "intact",
    "claimed twice",
    "lost",
    "file",
    "sha256",
    "sha1",
    "md5",
  ],
  ...["modified", "accessed", "changed", "born", "extents", "findings"],
];

const shownExtents = 24;

type Fields = Readonly<Record<string, JsonValue>>;
const fields = (value: JsonValue | undefined): Fields => (value ?? {}) as Fields;
const list = (value: JsonValue | undefined): readonly Fields[] => (value ?? []) as readonly Fields[];
const plain = (value: JsonValue | undefined): string | number | null =>
  typeof value === "string" || typeof value === "number" ? value : null;

function cellsOf(row: ManifestRow): (string | number | null)[] {
  const bytes = fields(row["bytes"]);
  const hashes = fields(row["hashes"]);
  const time = (kind: string): string =>
    list(row["times"])
      .filter((each) => each["kind"] === kind)
      .map(
        ({ value, zone, source }) => `${plain(value)} (${plain(source)}${zone === "local-unknown" ? ", local" : ""})`,
      )
      .join("; ");
  const extents = list(row["extents"]);
  const places = extents
    .slice(0, shownExtents)
    .map(({ start, length, state }) => `${plain(start) ?? "-"}+${plain(length)} ${plain(state)}`);
  if (extents.length > shownExtents) places.push(`… ${extents.length - shownExtents} more`);
  return [
    ...[
      plain(row["path"]),
      plain(row["state"]),
      plain(row["contentClaim"]),
      plain(row["confidence"]),
      plain(row["size"]),
    ],
    ...[plain(bytes["intact"]), plain(bytes["contested"]), plain(bytes["lost"])],
    ...[plain(row["file"]), plain(hashes["sha256"]), plain(hashes["sha1"]), plain(hashes["md5"])],
    ...["m", "a", "c", "b"].map((kind) => time(kind)),
    places.join("; "),
    list(row["findings"])
      .map(({ code }) => plain(code))
      .join(" "),
  ];
}
