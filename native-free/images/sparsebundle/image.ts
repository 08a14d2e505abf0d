/** The medium of a sparse bundle: a folder with a file for every band that holds something. */
import { readHead } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { factsOf } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { ImageSegment, ImageSurroundings } from "../image-format.ts";
import { MappedImage, type Extent } from "../mapped-image.ts";
import { entryOf, parsePropertyList, textOf, type PropertyValue } from "../property-list.ts";

export const listName = "Info.plist";
export const copyName = "Info.bckup";
export const tokenName = "token";
const bandName = /^bands\/([0-9a-f]{1,13})$/i;
const encryptedToken = "encrcdsa";
/** The lists are of about 500 bytes. */
const mostListBytes = 1 << 20;
/** Files of bands that stay at hand. */
const keptBands = 256;

interface Description {
  readonly size: number;
  readonly bandBytes: number;
  readonly version: string | number | null;
}

export class SparseBundle extends MappedImage {
  readonly #beside: ImageSurroundings;
  readonly #bandBytes: number;
  /** Names of bands by their number. */
  readonly #names: ReadonlyMap<number, string>;
  /** Numbers of bands in order. */
  readonly #numbers: Float64Array;
  readonly #open = new Map<number, ImageSegment | null>();

  /** Throws EvidenceError `image/encrypted`, `image/structure-damaged`, `image/not-recognised`. */
  constructor(beside: ImageSurroundings) {
    const token = beside.segment(tokenName);
    if (token && new TextDecoder("latin1").decode(readHead(token.source, 8)) === encryptedToken) {
      throw new EvidenceError("image/encrypted", { scheme: "encrcdsa" });
    }
    const { description, findings } = describe(beside);
    const { size, bandBytes } = description;
    const names = new Map<number, string>();
    let foreign = 0;
    for (const name of beside.names) {
      const hex = bandName.exec(name)?.[1];
      const number = hex === undefined ? Infinity : Number.parseInt(hex, 16);
      const within = number * bandBytes < size;
      // `A` and `a`, or `0a`, are no second band.
      if (within && !names.has(number) && hex === number.toString(16)) names.set(number, name);
      else if (name.startsWith("bands/")) foreign++;
    }
    if (foreign > 0) findings.push(finding("image/band-foreign", { bands: foreign }));
    super({
      format: "sparsebundle",
      size,
      facts: factsOf({ version: description.version, "block-bytes": bandBytes, "used-blocks": names.size }),
      findings,
    });
    this.#beside = beside;
    this.#bandBytes = bandBytes;
    this.#names = names;
    this.#numbers = Float64Array.from(names.keys()).sort();
  }

  protected override extentAt(at: number): Extent {
    const bandBytes = this.#bandBytes;
    const number = Math.floor(at / bandBytes);
    const start = number * bandBytes;
    const name = this.#names.get(number);
    if (name === undefined) return { kind: "sparse", start, end: this.#nextBand(number) * bandBytes };
    const segment = this.#band(number, name);
    if (!segment) return { kind: "unreadable", start, end: start + bandBytes };
    const held = start + Math.min(bandBytes, segment.source.size);
    if (at < held) return { kind: "stored", start, end: held, segment, offset: 0 };
    // A band ends with its last byte that was written.
    return { kind: "sparse", start: held, end: start + bandBytes };
  }

  /** Sizes of all bands, which is to look at every file. */
  protected override checkContainer(): void {
    let [long, short] = [0, 0];
    for (const [number, name] of this.#names) {
      const band = this.#band(number, name);
      if (!band)
        this.addFinding(finding("image/structure-damaged", { structure: `band ${number}`, problem: "unreadable" }));
      else if (band.source.size > this.#bandBytes) long++;
      else if (band.source.size < Math.min(this.#bandBytes, this.size - number * this.#bandBytes)) short++;
    }
    if (long > 0) this.addFinding(finding("image/band-size", { bands: long, bytes: this.#bandBytes }));
    if (short > 0) this.addFinding(finding("image/band-short", { bands: short, bytes: this.#bandBytes }));
  }

  /** The first that is there behind `number`; where there is none the one behind the last of the medium. */
  #nextBand(number: number): number {
    let low = 0;
    let high = this.#numbers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#numbers[middle]! <= number) low = middle + 1;
      else high = middle;
    }
    return this.#numbers[low] ?? Math.ceil(this.size / this.#bandBytes);
  }

  #band(number: number, name: string): ImageSegment | null {
    let band = this.#open.get(number);
    if (band === undefined) {
      band = this.#beside.segment(name);
      this.#open.set(number, band);
      if (this.#open.size > keptBands) this.#open.delete(this.#open.keys().next().value as number);
    }
    return band;
  }
}

function describe(beside: ImageSurroundings): { description: Description; findings: Finding[] } {
  const list = listOf(beside.segment(listName));
  const copy = listOf(beside.segment(copyName));
  const findings: Finding[] = [];
  const description = list ?? copy;
  if (!description) {
    throw new EvidenceError("image/structure-damaged", { structure: listName, problem: "no sizes" });
  }
  if (!list) findings.push(finding("image/structure-replaced", { structure: listName }));
  else if (!copy)
    findings.push(finding("image/structure-damaged", { structure: copyName, problem: "absent or damaged" }));
  else {
    const field = list.size === copy.size ? "band-size" : "size";
    const same = list.size === copy.size && list.bandBytes === copy.bandBytes;
    if (!same) findings.push(finding("image/structures-differ", { structure: listName, field }));
  }
  return { description, findings };
}

/** Null where it is not there, or does not hold the sizes. */
function listOf(segment: ImageSegment | null): Description | null {
  if (!segment || segment.source.size > mostListBytes) return null;
  const { value } = parsePropertyList(readHead(segment.source, mostListBytes));
  const size = numberOf(entryOf(value, "size"));
  const bandBytes = numberOf(entryOf(value, "band-size"));
  if (size === null || bandBytes === null || bandBytes === 0) return null;
  const version = entryOf(value, "bundle-backingstore-version");
  return { size, bandBytes, version: typeof version === "number" ? version : textOf(version) };
}

function numberOf(value: PropertyValue | null): number | null {
  const number = typeof value === "string" && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : null;
}
