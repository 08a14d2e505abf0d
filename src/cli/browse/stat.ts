/** What `vestige stat` does. Loaded when it is needed: it brings the reader of every format with it. */
import { recoveryOf, type Recovery } from "../../../native-free/filesystems/recovery.ts";
import type { FileExtent, SlackRange } from "../../../native-free/filesystems/file-system.ts";
import type { Resolved } from "../../../native-free/layers/resolve.ts";
import { findings as kinds, sentenceOf, type Finding } from "../../../native-free/model/findings.ts";
import { stateOf } from "../../../native-free/model/item.ts";
import { browseSays, infoSays } from "../../messages/en.ts";
import { exitCodes, type ExitCode } from "../../messages/operator-error.ts";
import { countText } from "../amounts.ts";
import type { CommandContext } from "../command.ts";
import type { JsonValue, Output } from "../output.ts";
import { algorithmsOf, hashContent, hashEntry, type ContentHashes } from "./content-hash.ts";
import { entryJson, hexOfName } from "./entry-row.ts";
import { atPlace, breathe } from "./place.ts";

type EntryPlace = Extract<Resolved, { kind: "entry" }>;

/** Rows of extents and findings that are shown; JSON has all. */
const shownRows = 40;

export async function statOf(context: CommandContext): Promise<ExitCode> {
  return atPlace(context, async ({ place }) => {
    const { output, flags, signal } = context;
    const names = flags["hash"] === true ? algorithmsOf(flags, ["sha256"]) : [];
    const hashed = names.length === 0 ? null : await hashPlace(place, names, () => breathe(signal));
    const said = new Statement(output);
    said.head(place);
    if (place.kind === "entry") said.entry(place);
    else said.ranges(place);
    said.hashes(names, hashed);
    const findings =
      place.kind === "entry" ? place.entry.findings : place.kind === "volume" ? (place.fileSystem?.findings ?? []) : [];
    said.findings(findings);
    said.event(place, names, hashed);
    const lost = hashed !== null && hashed.lost.length > 0;
    const exit =
      lost || findings.some(({ code }) => kinds[code]?.severity === "loss") ? exitCodes.loss : exitCodes.done;
    output.summary(exit, { findings: findings.length });
    return exit;
  });
}

const hashPlace = (place: Resolved, names: readonly string[], onBytes: () => Promise<void>) =>
  place.kind === "entry"
    ? hashEntry(place.fileSystem, place.entry, names, onBytes)
    : hashContent(place.source, names, onBytes);

class Statement {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  #row(name: string, value: string): void {
    this.#output.line(browseSays.statRow(browseSays.statNames[name] ?? name, value));
  }

  head({ path, kind, source, node }: Resolved): void {
    this.#output.line(this.#output.safe(path === "" ? browseSays.wholeMedium() : path));
    if (kind !== "entry") this.#row("kind", kind === "volume" ? node.kind : kind);
    this.#row("size", browseSays.bytesOf(source.size));
  }

  entry(place: EntryPlace): void {
    const { entry, fileSystem } = place;
    const safe = (text: string): string => this.#output.safe(text);
    this.#row("kind", browseSays.statKind(entry.kind, stateOf(entry)));
    this.#row("claims", browseSays.statClaims(entry.nameClaim, entry.contentClaim, entry.origin));
    this.#row("key", safe(entry.key));
    if (entry.parent !== null) this.#row("parent", safe(entry.parent));
    if (entry.name.bytes !== null) this.#row("bytes", hexOfName(entry.name));
    if (entry.target) this.#row("target", safe(entry.target.text));
    for (const { kind, value, zone, source } of entry.times) {
      this.#output.line(browseSays.timeRow(kind, safe(value), zone, source));
    }
    for (const [name, value] of Object.entries(entry.attributes)) this.#row(safe(name), safe(value));
    const extents = fileSystem.extentsOf(entry);
    if (entry.nameClaim !== "allocated" && entry.kind !== "directory") this.#recovery(recoveryOf(entry, extents));
    this.#extents(place, extents);
    this.#slack(place, fileSystem.slackOf(entry));
  }

  #recovery({ confidence, intact, contested, lost }: Recovery): void {
    this.#row("recovery", browseSays.recoveryText(confidence, intact, contested, lost));
  }

  #extents(place: Resolved, extents: readonly FileExtent[]): void {
    if (extents.length === 0) return;
    this.#output.line(browseSays.extentsHead());
    let at = 0;
    for (const { start, length, state } of extents.slice(0, shownRows)) {
      const word = start === null && state === "intact" ? browseSays.sparseWord() : state;
      const inVolume = start === null ? browseSays.noPlace() : countText(start);
      this.#output.line(
        browseSays.extentRow(countText(at), countText(length), inVolume, mediumText(place, start), word),
      );
      at += length;
    }
    this.#more(extents.length);
  }

  #slack(place: Resolved, slack: readonly SlackRange[]): void {
    if (slack.length === 0) return;
    this.#output.line(browseSays.slackHead());
    for (const { start, length, what } of slack.slice(0, shownRows)) {
      this.#output.line(
        browseSays.extentRow(browseSays.noPlace(), countText(length), countText(start), mediumText(place, start), what),
      );
    }
    this.#more(slack.length);
  }

  /** Of slack and space: where it lies; of a volume: what it holds. */
  ranges(place: Exclude<Resolved, EntryPlace>): void {
    if (place.kind === "volume") {
      const { fileSystem, node } = place;
      if (node.volume)
        this.#row("volume", this.#output.safe(`${node.volume.type} ${node.volume.typeName ?? ""}`.trim()));
      if (!fileSystem) return;
      const label = fileSystem.label === null ? null : this.#output.safe(fileSystem.label);
      this.#row("fileSystem", infoSays.fileSystemLine(fileSystem.variant, label));
      for (const { name, value } of fileSystem.facts) {
        this.#output.line(
          infoSays.factLine(name, typeof value === "number" ? countText(value) : this.#output.safe(value)),
        );
      }
      return;
    }
    this.#extents(place, rangesOf(place));
  }

  hashes(names: readonly string[], hashed: ContentHashes | null): void {
    if (!hashed) {
      for (const name of names) this.#row(name.toUpperCase(), browseSays.noPlace());
      return;
    }
    const lost = hashed.lost.reduce((sum, { length }) => sum + length, 0);
    for (const [index, name] of names.entries()) {
      this.#row(name.toUpperCase(), lost > 0 ? browseSays.noDigest(lost) : hashed.digests[index]!);
    }
    for (const { kind, start, length } of hashed.lost.slice(0, shownRows)) {
      this.#output.warn(browseSays.missingRun(kind, start, length));
    }
  }

  findings(found: readonly Finding[]): void {
    if (found.length === 0) return this.#output.line(browseSays.nothingFound());
    this.#output.line(browseSays.findingsHead());
    for (const each of found.slice(0, shownRows)) {
      const kind = kinds[each.code];
      const sentence = this.#output.safe(sentenceOf(each));
      this.#output.line(browseSays.findingRow(kind?.severity ?? "loss", sentence, kind?.advice ?? ""));
    }
    this.#more(found.length);
  }

  #more(count: number): void {
    if (count > shownRows) this.#output.line(browseSays.moreRows(count - shownRows));
  }

  event(place: Resolved, names: readonly string[], hashed: ContentHashes | null): void {
    if (!this.#output.json) return;
    const { path, kind, source } = place;
    const hashes =
      hashed && hashed.lost.length === 0
        ? Object.fromEntries(names.map((name, i) => [name, hashed.digests[i]!]))
        : null;
    if (kind !== "entry") {
      const extents = kind === "volume" ? [] : rangesOf(place);
      const body = { path, kind, size: source.size, hashes, extents: extentsJson(place, extents) };
      return this.#output.event("vestige.stat/1", "place", body);
    }
    const { entry, fileSystem } = place;
    const extents = fileSystem.extentsOf(entry);
    const { total: _, ...recovery } = recoveryOf(entry, extents);
    this.#output.event("vestige.stat/1", "stat", {
      ...entryJson(entry, path, hashes, hashed?.lost ?? null),
      recovery: entry.nameClaim === "allocated" ? null : { ...recovery },
      extents: extentsJson(place, extents),
      slack: fileSystem
        .slackOf(entry)
        .map(({ start, length, what }) => ({ start, length, what, medium: mediumAt(place, start) })),
    });
  }
}

function rangesOf(place: Extract<Resolved, { kind: "slack" | "space" }>): FileExtent[] {
  const ranges = place.kind === "space" ? place.item.ranges : place.fileSystem.slackOf(place.entry);
  return ranges.map(({ start, length }) => ({ start, length, state: "intact" }));
}

const extentsJson = (place: Resolved, extents: readonly FileExtent[]): JsonValue =>
  extents.map(({ start, length, state }) => ({ start, length, state, medium: mediumAt(place, start) }));

/** First byte in the medium; null where the volume is not one stretch of it. */
function mediumAt({ node }: Resolved, start: number | null): number | null {
  return node.start === null || start === null ? null : node.start + start;
}

function mediumText(place: Resolved, start: number | null): string {
  const at = mediumAt(place, start);
  return at === null ? browseSays.noPlace() : countText(at);
}
