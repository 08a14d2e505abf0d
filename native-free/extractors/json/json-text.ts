/** Lines of key and value from JSON, and coordinates where an object has them (RFC 7946 points, latitude and longitude). */
import type { Extraction } from "../../model/extraction.ts";
import { degrees } from "../plausible.ts";
import type { JsonEvents } from "./json-lexer.ts";

const MOST_PLACES = 64;
const MOST_DEPTH = 10_000;
const BLOCK_CHARS = 32 * 1024;
const LATITUDES = new Set(["latitude", "lat", "latitudee7"]);
const LONGITUDES = new Set(["longitude", "lon", "lng", "long", "longitudee7"]);
/** Numbers of this size are ten-millionths of a degree where the key ends in E7. */
const E7 = 10_000_000;

interface Frame {
  key: string | null;
  readonly isObject: boolean;
  latitude: number | null;
  longitude: number | null;
  /** Numbers of a list of coordinates; null for other lists. */
  readonly numbers: number[] | null;
}

export class JsonText implements JsonEvents {
  chars = 0;
  readonly #frames: Frame[] = [];
  /** Depth beyond what is kept. */
  #deeper = 0;
  #rootKey: string | null = null;
  #text = "";
  #places = 0;
  #ready: Extraction[] = [];

  *take(last: boolean): Generator<Extraction> {
    if (this.#text !== "" && (last || this.#text.length > BLOCK_CHARS)) {
      this.chars += this.#text.length;
      yield { what: "text", text: this.#text, label: null };
      this.#text = "";
    }
    yield* this.#ready.splice(0);
  }

  open(isObject: boolean): void {
    const key = this.#takeKey();
    if (key !== null) this.#line(`${key}:`);
    if (this.#frames.length >= MOST_DEPTH) {
      this.#deeper += 1;
      return;
    }
    const numbers = !isObject && key === "coordinates" ? [] : null;
    this.#frames.push({ key: null, isObject, latitude: null, longitude: null, numbers });
  }

  close(): void {
    if (this.#deeper > 0) {
      this.#deeper -= 1;
      return;
    }
    const frame = this.#frames.pop();
    if (!frame) return;
    const [longitude, latitude] = frame.numbers ?? [frame.longitude, frame.latitude];
    const isPoint = frame.numbers === null || frame.numbers.length === 2 || frame.numbers.length === 3;
    if (isPoint && typeof latitude === "number" && typeof longitude === "number") this.#place(latitude, longitude);
  }

  key(name: string): void {
    const frame = this.#frames.at(-1);
    if (frame) frame.key = name;
    else this.#rootKey = name;
  }

  value(text: string, isString: boolean): void {
    const key = this.#takeKey();
    const frame = this.#frames.at(-1);
    if (frame) noteNumber(frame, key, text);
    if (text === "" && key === null) return;
    if (!isString && text === "null" && key === null) return;
    this.#line(key === null ? text : `${key}: ${text}`);
  }

  #takeKey(): string | null {
    const frame = this.#frames.at(-1);
    const key = frame ? frame.key : this.#rootKey;
    if (frame) frame.key = null;
    else this.#rootKey = null;
    return key;
  }

  #line(text: string): void {
    this.#text += `${text}\n`;
  }

  #place(lat: number, lon: number): void {
    const latitude = degrees(lat, 90);
    const longitude = degrees(lon, 180);
    if (latitude === null || longitude === null || this.#places >= MOST_PLACES) return;
    this.#places += 1;
    this.#ready.push(
      { what: "field", name: "latitude", value: latitude, source: "json" },
      { what: "field", name: "longitude", value: longitude, source: "json" },
    );
  }
}

function noteNumber(frame: Frame, key: string | null, text: string): void {
  if (!/^-?\d{1,12}(\.\d+)?([eE][+-]?\d{1,3})?$/.test(text)) return;
  const number = Number(text);
  frame.numbers?.push(number);
  const name = key?.toLowerCase() ?? "";
  const scaled = name.endsWith("e7") ? number / E7 : number;
  if (LATITUDES.has(name)) frame.latitude = scaled;
  else if (LONGITUDES.has(name)) frame.longitude = scaled;
}
