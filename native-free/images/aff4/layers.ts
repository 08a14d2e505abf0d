/** From URNs to streams: which members hold what, put together as the description and the maps say. */
import { hash } from "node:crypto";
import { MemorySource, type ByteSource, type Run } from "../../bytes/byte-source.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { Description } from "./description.ts";
import { CHUNK_BYTES, CHUNKS_IN_BEVY, indexEntry, mapEntry } from "./layouts.ts";
import { Aff4Map, readMapEntries, type MapEntries, type MapTarget } from "./map.ts";
import { Aff4Stream, type Bevy, type StreamFacts } from "./stream.ts";
import { symbolicStream, type Filling } from "./symbolic.ts";
import { AFF4, blockHashes, codecs, linearHashes, localName, properties, types, type BlockHash } from "./vocabulary.ts";
import { bytesOf, locate, type Located, type Place, type Volume } from "./volume.ts";

const MAX_MAP_BYTES = 1 << 30;
const MAX_INDEX_BYTES = 64 << 20;
const MAX_CHUNK_BYTES = 128 << 20;
const MAX_CHUNKS = 0xffff_ffff;
const BEVY = /^(.+)\/(\d{8})$/s;

export class Layers {
  readonly findings: Finding[] = [];
  /** Volumes that something was taken from. */
  readonly used = new Set<Volume>();
  readonly streams: Aff4Stream[] = [];
  readonly #volumes: readonly Volume[];
  readonly #description: Description;
  readonly #filling: Filling;
  readonly #known = new Map<string, ByteSource | null>();
  readonly #bevies = new Map<string, Map<number, Located>>();
  #absent = 0;

  constructor(volumes: readonly Volume[], description: Description, filling: Filling) {
    this.#volumes = volumes;
    this.#description = description;
    this.#filling = filling;
    for (const volume of volumes) {
      for (const [urn, member] of volume.members) {
        const [, stream, number] = BEVY.exec(urn) ?? [];
        if (stream === undefined) continue;
        const bevies = this.#bevies.get(stream) ?? new Map<number, Located>();
        this.#bevies.set(stream, bevies);
        if (!bevies.has(Number(number))) bevies.set(Number(number), { volume, member });
      }
    }
  }

  /** Streams that hold data, and maps, whatever the description says. */
  get stored(): { readonly maps: string[]; readonly streams: string[] } {
    const maps = this.#volumes.flatMap(({ members }) =>
      [...members.keys()].flatMap((urn) =>
        urn.endsWith("/map") && locate(this.#volumes, `${urn.slice(0, -4)}/idx`) ? [urn.slice(0, -4)] : [],
      ),
    );
    return { maps, streams: [...this.#bevies.keys()] };
  }

  /** How many streams that maps lead to are nowhere. */
  get absent(): number {
    return this.#absent;
  }

  /** The bytes of an object; null where none of the volumes holds them. */
  of(urn: string): ByteSource | null {
    const known = this.#known.get(urn);
    if (known !== undefined) return known;
    // A map that leads to itself finds nothing there.
    this.#known.set(urn, null);
    const made = this.#make(urn);
    this.#known.set(urn, made);
    return made;
  }

  #make(urn: string): ByteSource | null {
    const said = this.#description;
    if (said.isA(urn, types.encrypted)) return this.#unsupported("encrypted");
    if (locate(this.#volumes, `${urn}/map`)) return this.#map(urn);
    if (this.#bevies.has(urn)) return this.#stream(urn);
    // An empty stream has no bevies.
    if (said.isA(urn, types.stream) && said.number(urn, properties.size) === 0) return this.#stream(urn);
    return this.#segment(urn);
  }

  #unsupported(reason: string): null {
    this.findings.push(finding("aff4/stream-unsupported", { streams: 1, reason }));
    return null;
  }

  #map(urn: string): ByteSource | null {
    const points = this.#bytes(`${urn}/map`, "map", MAX_MAP_BYTES);
    const names = this.#bytes(`${urn}/idx`, "idx", MAX_MAP_BYTES);
    if (!points || !names) {
      this.findings.push(finding("aff4/map-missing"));
      const streams = this.#description.iris(urn, properties.dependentStream);
      for (const stream of streams) {
        const found = this.of(stream);
        if (found) return found;
      }
      return null;
    }
    const lines = new TextDecoder().decode(names).split(/\r?\n/);
    if (lines.at(-1) === "") lines.pop();
    this.#checkHash(urn, "mapPointHash", points);
    this.#checkHash(urn, "mapIdxHash", names);
    const size = this.#description.number(urn, properties.size) ?? endOf(points);
    const entries = readMapEntries(points, size, lines.length);
    this.#reportMap(entries);
    const gap = this.#description.iris(urn, properties.gapStream)[0] ?? "http://aff4.org/Schema#Zero";
    return new Aff4Map({ size, entries, targets: lines.map((line) => this.#target(line)), gaps: this.#target(gap) });
  }

  /** Section 6.2: hashes that tell a changed map from one that was written so, where a ZIP checksum can be made to fit. */
  #checkHash(urn: string, property: string, bytes: Uint8Array): void {
    for (const term of this.#description.terms(urn, [AFF4 + property])) {
      const algorithm = term.kind === "literal" ? linearHashes.get(localName(term.datatype) ?? "")?.[0] : undefined;
      if (algorithm !== "sha512" && algorithm !== "sha256") continue;
      if (hash(algorithm, bytes, "hex") === term.value.toLowerCase()) return;
      this.findings.push(finding("aff4/map-hash", { property }));
    }
  }

  #reportMap({ damaged, overlapping }: MapEntries): void {
    if (damaged > 0) this.findings.push(finding("aff4/map-damaged", { entries: damaged }));
    if (overlapping > 0) this.findings.push(finding("aff4/map-overlap", { entries: overlapping }));
  }

  #target(line: string): MapTarget {
    const urn = line.trim();
    const found = symbolicStream(urn, this.#filling) ?? this.of(urn);
    if (!found) this.#absent++;
    return found;
  }

  #stream(urn: string): ByteSource | null {
    const said = this.#description;
    const bevies = this.#beviesOf(urn);
    const method = said.iris(urn, properties.compression)[0];
    const described = said.number(urn, properties.size) !== null;
    const codec = method === undefined ? (described ? "none" : null) : codecs.get(method);
    if (codec === undefined) return this.#unsupported("compression");
    const chunkBytes = said.number(urn, properties.chunkSize) ?? CHUNK_BYTES;
    const guessed = this.#guessed(bevies);
    const chunksInBevy = said.number(urn, properties.chunksInSegment) ?? guessed.chunksInBevy;
    const size = said.number(urn, properties.size) ?? guessed.chunks * chunkBytes;
    const plausible = chunkBytes > 0 && chunkBytes <= MAX_CHUNK_BYTES && chunksInBevy > 0 && chunksInBevy <= MAX_CHUNKS;
    if (!plausible || size / chunkBytes > MAX_CHUNKS) return this.#unsupported("size");
    const expected = Math.ceil(size / chunkBytes / chunksInBevy);
    const present = [...bevies.keys()].filter((number) => number < expected).length;
    if (present < expected) {
      this.findings.push(finding("aff4/bevies-missing", { bevies: expected - present, expected }));
    }
    const facts: StreamFacts = { urn, size, chunkBytes, chunksInBevy, codec, bevies };
    const stream = new Aff4Stream(facts);
    this.streams.push(stream);
    return stream;
  }

  /** Bevies whose data and index can be had. */
  #beviesOf(urn: string): Map<number, Bevy> {
    const bevies = new Map<number, Bevy>();
    for (const [number, located] of this.#bevies.get(urn) ?? []) {
      const place = located.member.place();
      const base = `${urn}/${String(number).padStart(8, "0")}`;
      const plain = this.#locate(`${base}.index`);
      const index = plain ?? this.#locate(`${base}/index`);
      if (!place || !index) continue;
      this.used.add(located.volume);
      const { file, at, length } = place;
      bevies.set(number, {
        name: file.name,
        volume: located.volume.number,
        source: file.source,
        at,
        length,
        index: () => bytesOf(index, "index", MAX_INDEX_BYTES, this.findings) ?? new Uint8Array(0),
        offsetsOnly: !plain || index.member.size % indexEntry.size !== 0,
        hashes: this.#hashesOf(base),
      });
    }
    return bevies;
  }

  #hashesOf(base: string): { readonly kind: BlockHash; readonly read: () => Uint8Array | null } | null {
    for (const kind of blockHashes) {
      const located = this.#locate(`${base}.blockHash.${kind.ending}`) ?? this.#locate(`${base}.${kind.ending}`);
      if (located) return { kind, read: () => this.#soundHashes(located) };
    }
    return null;
  }

  /** Damaged hashes are reported and prove nothing. */
  #soundHashes(located: Located): Uint8Array | null {
    const before = this.findings.length;
    const bytes = bytesOf(located, "block-hashes", MAX_INDEX_BYTES, this.findings);
    return this.findings.length === before ? bytes : null;
  }

  /** Chunks as the indexes count them, for a stream that nothing describes. */
  #guessed(bevies: ReadonlyMap<number, Bevy>): { chunks: number; chunksInBevy: number } {
    const last = [...bevies.keys()].reduce((highest, number) => Math.max(highest, number), -1);
    const counts = (bevy: Bevy | undefined): number => (bevy ? Math.floor(bevy.index().length / indexEntry.size) : 0);
    const chunksInBevy = last > 0 ? counts(bevies.get(0)) || CHUNKS_IN_BEVY : CHUNKS_IN_BEVY;
    return { chunks: last < 0 ? 0 : last * chunksInBevy + counts(bevies.get(last)), chunksInBevy };
  }

  /** A plain member as a stream: stored ones lie in the file, others are inflated where they are small. */
  #segment(urn: string): ByteSource | null {
    const located = this.#locate(urn);
    if (!located) return null;
    const place = located.member.place();
    this.used.add(located.volume);
    if (place) return new Slice(place);
    const bytes = bytesOf(located, "segment", MAX_INDEX_BYTES, this.findings);
    return bytes && new MemorySource(bytes, located.volume.file.name);
  }

  #bytes(urn: string, kind: string, limitBytes: number): Uint8Array | null {
    const located = this.#locate(urn);
    if (!located) return null;
    this.used.add(located.volume);
    return bytesOf(located, kind, limitBytes, this.findings);
  }

  #locate(urn: string): Located | null {
    return locate(this.#volumes, urn);
  }
}

function endOf(points: Uint8Array): number {
  let end = 0;
  const cursor = mapEntry.cursor();
  for (let at = 0; at + mapEntry.size <= points.length; at += mapEntry.size) {
    const { mappedOffset, length } = cursor.over(points, at);
    if (Number.isSafeInteger(mappedOffset + length)) end = Math.max(end, mappedOffset + length);
  }
  return end;
}

/** A stored member. */
class Slice implements ByteSource {
  readonly size: number;
  readonly #source: ByteSource;
  readonly #at: number;
  readonly #name: string;

  constructor({ file, at, length }: Place) {
    this.size = length;
    this.#source = file.source;
    this.#name = file.name;
    this.#at = at;
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    return count === 0 ? 0 : this.#source.readInto(target.subarray(0, count), this.#at + at);
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const count = Math.max(0, Math.min(length, this.size - at));
    const place = { path: this.#name, offset: this.#at + at, exact: true };
    if (count > 0) yield { start: at, length: count, kind: "data", place };
  }
}
