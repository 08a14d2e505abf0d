/**
 * Writes a folder as a logical AFF4 container (FORMAT.md): an AFF4 v1.0 Zip64 volume that any ZIP tool opens, every content
 * an ordinary member under its path, identical content once. Front to back; memory is a few hundred bytes for each file.
 * The bytes depend on the facts of the volume, the entries and their contents alone.
 */
import { Buffer } from "node:buffer";
import { Zip64Writer, type ByteSink } from "../../containers/zip64/writer.ts";
import { hasContent, indexName, turtleName, type EntryFacts, type LogicalEntry } from "./entry.ts";
import { writeHead } from "./head.ts";
import { Ledger, type Placed } from "./ledger.ts";
import { mapMembers } from "./map.ts";
import { memberName } from "./member-name.ts";
import type { TornContainer } from "./resume.ts";
import type { PackedContent } from "./pack.ts";
import { entryBlock, prefixLines, volumeBlock, type VolumeFacts } from "./turtle-text.ts";

/** Where the container goes. */
export interface LogicalSink extends ByteSink {
  /** Gives up everything from `at` on; the next write goes there. */
  cut(at: number): void;
}

export class Aff4LogicalWriter {
  readonly #sink: LogicalSink;
  readonly #facts: VolumeFacts;
  readonly #ledger: Ledger;
  readonly #zip: Zip64Writer;

  /**
   * Begins a container at the start of an empty sink, or goes on behind what `torn` keeps of one and cuts the rest off; entries
   * that it keeps are not added again. Errors of the sink pass through here and below.
   */
  constructor(sink: LogicalSink, facts: VolumeFacts, torn: TornContainer | null = null) {
    const dosTime = new Date(facts.created);
    this.#sink = sink;
    this.#facts = facts;
    this.#ledger = torn?.ledger ?? new Ledger();
    sink.cut(torn?.end ?? 0);
    if (torn && torn.end > 0) {
      this.#zip = new Zip64Writer(sink, { dosTime, resume: { at: torn.end, entries: torn.members } });
    } else {
      this.#zip = new Zip64Writer(sink, { dosTime });
      writeHead(this.#zip, facts);
    }
  }

  /** Contents that are stored, empty ones not counted. */
  get contents(): number {
    return this.#ledger.contents.size;
  }

  /** Further occurrences of them. */
  get duplicates(): number {
    return this.#ledger.duplicates;
  }

  get at(): number {
    return this.#zip.at;
  }

  /** Adds an entry; `content` where `hasContent(entry)`: the packed bytes that its hashes are of. */
  add(entry: EntryFacts, content: PackedContent | null): void {
    const placed = this.#ledger.place(entry);
    if (entry.kind === "directory") this.#zip.addStored(`${placed.name}/`, new Uint8Array(0));
    if (placed.place === null) return;
    if ("map" in placed.place) return this.#addMap(entry, placed);
    if (content === null) throw new RangeError("a content without its bytes");
    this.#zip.addPacked(placed.name, content);
  }

  /** Begins a content whose size and hashes are not known yet; `append` brings its bytes in order. */
  begin(path: EntryFacts["path"]): void {
    this.#zip.beginStored(memberName(path));
  }

  append(bytes: Uint8Array): void {
    this.#zip.append(bytes);
  }

  /** Ends it as the content of `entry`. What turns out to be no content, or one that is there already, is cut off again. */
  end(entry: EntryFacts): void {
    const placed = this.#ledger.place(entry);
    if (placed.place !== null && "member" in placed.place) {
      this.#zip.endStored();
      return;
    }
    this.abandon();
    if (placed.place !== null) this.#addMap(entry, placed);
  }

  /** Cuts the content that was begun off. */
  abandon(): void {
    this.#sink.cut(this.#zip.abandon());
  }

  /** Writes the lists and the directory. `entries` gives the same entries that were added, in order, each time it is called. */
  finish(entries: () => Iterable<LogicalEntry>): void {
    const { volume } = this.#facts;
    const index = new TextMember(this.#zip, indexName);
    index.write("path,size,sha256,content,map\r\n");
    for (const { entry, name, place } of this.#placed(entries())) {
      if (place === null || !("map" in place)) continue;
      index.write(`${[name, entry.size, entry.sha256, place.target, place.map].map(csvCell).join(",")}\r\n`);
    }
    index.end();
    const turtle = new TextMember(this.#zip, turtleName);
    turtle.write(prefixLines() + volumeBlock(this.#facts));
    for (const { entry, name, place } of this.#placed(entries())) turtle.write(entryBlock(volume, name, entry, place));
    turtle.end();
    this.#zip.finish(Buffer.from(volume, "utf8"));
  }

  *#placed(entries: Iterable<LogicalEntry>): Iterable<Placed & { readonly entry: LogicalEntry }> {
    const ledger = new Ledger(this.#ledger.contents);
    for (const entry of entries) yield { entry, ...ledger.place(entry) };
  }

  #addMap(entry: EntryFacts, { place }: Placed): void {
    if (place === null || !("map" in place) || !hasContent(entry)) return;
    for (const { name, bytes } of mapMembers(this.#facts.volume, entry.size, place)) this.#zip.addStored(name, bytes);
  }
}

const textBlockChars = 1 << 17;

/** A deflated member of text, written in blocks. */
class TextMember {
  readonly #zip: Zip64Writer;
  #held = "";

  constructor(zip: Zip64Writer, name: string) {
    this.#zip = zip;
    zip.beginDeflated(name);
  }

  write(text: string): void {
    this.#held += text;
    if (this.#held.length < textBlockChars) return;
    this.#zip.append(Buffer.from(this.#held, "utf8"));
    this.#held = "";
  }

  end(): void {
    if (this.#held !== "") this.#zip.append(Buffer.from(this.#held, "utf8"));
    this.#zip.endDeflated();
  }
}

/** RFC 4180. Every path begins with `files/`, so that no spreadsheet takes a cell for a formula. */
function csvCell(value: string | number | null): string {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
