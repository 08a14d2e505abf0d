/** Tells what a scan finds: JSON lines and rows of tables as it comes, sums at the end. */
import type { Quality } from "../../../native-free/entities/entity.ts";
import { qualities } from "../../../native-free/entities/find-entities.ts";
import { pathName } from "../../../native-free/model/forensic-path.ts";
import { compileWatchLists } from "../../../native-free/watchlists/watch-matcher.ts";
import { scanSays } from "../../messages/en.ts";
import type { ReadList } from "../../scan/read-lists.ts";
import type { ScannedFeature, ScannedTerm, ScanPlace } from "../../scan/scan-job.ts";
import { pathText } from "../browse/rows.ts";
import type { Output } from "../output.ts";
import type { CarvedFile } from "./carved-files.ts";
import type { ScanFolder } from "./scan-folder.ts";
import { mostValues, ScanTally } from "./scan-tally.ts";
import type { ScanKinds } from "./scan-wanted.ts";

const schema = "vestige.scan/1";
/** Values shown of each kind. */
const shownValues = 5;
const shownFailures = 20;

/** From the best to the worst for `--quality`; a wrong check digit that the text vouches for is worth more than a bare form. */
const worth: readonly Quality[] = ["valid", "valid-check", "invalid-check", "pattern"];

export class ScanReport {
  readonly tally = new ScanTally();
  readonly #output: Output;
  readonly #kinds: ScanKinds;
  readonly #lists: readonly ReadList[];
  readonly #folder: ScanFolder | null;
  readonly #least: number;
  #linked = 0;
  /** Folders and files that the system does not give. */
  skipped = 0;

  constructor(
    output: Output,
    kinds: ScanKinds,
    lists: readonly ReadList[],
    folder: ScanFolder | null,
    least: Quality | null,
  ) {
    this.#output = output;
    this.#kinds = kinds;
    this.#lists = lists;
    this.#folder = folder;
    this.#least = least === null ? worth.length : worth.indexOf(least);
  }

  /** Entries that a scan of bytes cannot find, said before it begins. */
  tellNotRaw(): void {
    for (const { list } of this.#lists) {
      const entries = compileWatchLists([list]).notInRawBytes().length;
      if (entries > 0) this.#output.note(scanSays.notRaw(list.id, entries));
    }
  }

  feature(found: ScannedFeature): void {
    const { kind, value, quality, offset, length, encoding, context } = found.feature;
    if (worth.indexOf(quality) > this.#least) return;
    this.tally.addFeature(found);
    const [path, exhibit] = [fullPath(found), found.exhibit];
    this.#output.event(schema, "feature", { kind, value, quality, offset, length, encoding, path, exhibit, context });
    this.#folder?.row("features", [kind, value, quality, path, offset, length, encoding, exhibit, context]);
  }

  term(found: ScannedTerm): void {
    this.tally.addTerm(found);
    const { list, entry, rule, text, offset, length, encoding, context } = found.term;
    const [path, exhibit] = [fullPath(found), found.exhibit];
    this.#output.event(schema, "term", { list, entry, rule, text, offset, length, encoding, path, exhibit, context });
    this.#folder?.row("terms", [list, entry, rule, text, path, offset, length, encoding, exhibit, context]);
  }

  /** `name`: in the folder. */
  file({ file: found, sameAs }: CarvedFile, name: string | null): void {
    this.tally.addFile(found);
    if (sameAs !== null) this.#linked += 1;
    const { kind, verdict, offset, length, exhibit, extents, sha256, title, findings } = found;
    const path = fullPath(found);
    this.#output.event(schema, "file", {
      ...{ kind, verdict, offset, length, path, exhibit, sha256, title, sameAs, file: name, findings },
      extents: extents && extents.map(({ start, length: bytes }) => ({ start, length: bytes })),
    });
    const pieces = found.pieces.length;
    const cells = [
      kind,
      verdict,
      path,
      offset,
      length,
      exhibit,
      pieces,
      sha256,
      name,
      sameAs,
      title,
      findings.join(" "),
    ];
    this.#folder?.row("carved", cells);
  }

  failed(item: string, code: string): void {
    this.skipped += 1;
    if (this.skipped <= shownFailures) this.#output.warn(scanSays.failed(pathText(item), code));
    this.#output.event(schema, "failed", { path: item, code });
  }

  tell({ parts, bytes, seconds }: { readonly parts: number; readonly bytes: string; readonly seconds: string }): void {
    const output = this.#output;
    this.#tellFiles();
    this.#tellFeatures();
    this.#tellTerms();
    const { files, features, terms } = this.tally;
    if (files.size + features.size + terms.size === 0) output.line(scanSays.nothingFound());
    if (this.#linked > 0) output.note(scanSays.linked(this.#linked));
    if (this.tally.isFull) output.warn(scanSays.manyValues(mostValues));
    if (this.#folder) output.note(scanSays.written(this.#folder.files, output.safe(this.#folder.path)));
    output.note(scanSays.scanned(parts, bytes, seconds));
  }

  tellLoss(of: { readonly lost: number; readonly lostText: string; readonly cuts: number }): void {
    if (of.lost > 0) this.#output.warn(scanSays.lost(of.lostText));
    if (of.cuts > 0) this.#output.warn(scanSays.cuts(of.cuts));
    if (this.skipped > shownFailures) this.#output.warn(scanSays.moreFailed(this.skipped - shownFailures));
  }

  counts(): Record<string, number> {
    const sums = { files: 0, complete: 0, features: 0, terms: 0, linked: this.#linked };
    for (const { complete, truncated, fragment } of this.tally.files.values()) {
      sums.files += complete + truncated + fragment;
      sums.complete += complete;
    }
    for (const counts of this.tally.features.values()) for (const count of counts) sums.features += count;
    for (const entries of this.tally.terms.values()) for (const count of entries.values()) sums.terms += count;
    return sums;
  }

  #tellFiles(): void {
    const { files } = this.tally;
    if (files.size === 0) return;
    this.#output.line(scanSays.filesHead());
    for (const [id, { name }] of this.#kinds.files) {
      const counts = files.get(id);
      if (counts) this.#output.line(scanSays.filesRow(name, counts.complete, counts.truncated, counts.fragment));
    }
    this.#output.line("");
  }

  #tellFeatures(): void {
    const { features } = this.tally;
    if (features.size === 0) return;
    this.#output.line(scanSays.featuresHead());
    for (const [id, { name, masked }] of this.#kinds.features) {
      const counts = features.get(id);
      if (!counts) continue;
      this.#output.line(
        scanSays.featuresRow(
          name,
          qualities.map((_, index) => counts[index] ?? 0),
        ),
      );
      const best = this.tally.values(id).sort((a, b) => worth.indexOf(a.quality) - worth.indexOf(b.quality));
      for (const { value, count } of best.slice(0, shownValues)) {
        this.#output.line(scanSays.topValue(this.#output.safe(masked ? maskOf(value) : value), count));
      }
    }
    this.#output.line("");
  }

  #tellTerms(): void {
    if (this.#lists.length === 0) return;
    this.#output.line(scanSays.termsHead());
    for (const { list } of this.#lists) {
      const entries = this.tally.terms.get(list.id) ?? new Map<string, number>();
      const hits = Array.from(entries.values()).reduce((sum, count) => sum + count, 0);
      this.#output.line(scanSays.termsRow(list.id, entries.size, hits));
      const most = Array.from(entries).sort((a, b) => b[1] - a[1]);
      for (const [entry, count] of most.slice(0, shownValues)) {
        this.#output.line(scanSays.topValue(this.#output.safe(entry), count));
      }
    }
    this.#output.line("");
  }
}

/** The first six and the last four characters. */
const maskOf = (value: string): string =>
  `${value.slice(0, 6)}${"*".repeat(Math.max(0, value.length - 10))}${value.slice(-4)}`;

/** Of the stream in which a thing was found: `p1/fat:/a.bin!/zip@512/word/document.xml`. */
function fullPath({ item, inside }: ScanPlace): string {
  const names = inside.map((name) =>
    name
      .split("/")
      .map((part) => pathName({ text: part, bytes: null }))
      .join("/"),
  );
  return [item, ...names].join("!/");
}
