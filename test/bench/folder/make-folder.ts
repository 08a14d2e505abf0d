/** Makes the benchmark's folder: mixed types and sizes, duplicates, planted words; the same from the same seed. */
import { Buffer } from "node:buffer";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { zip } from "../../fixtures/zip-writer.ts";
import { Chance, languages, plantedWords, prose, Vocabulary } from "./words.ts";

export interface FolderPlan {
  readonly files: number;
  readonly bytes: number;
  readonly seed: number;
  readonly plantedWords: number;
}

export interface MadeFolder {
  readonly files: number;
  readonly bytes: number;
  /** Bytes of files that hold text. */
  readonly textBytes: number;
  /** Planted word to the paths of the files that hold it, relative, with forward slashes, sorted. */
  readonly planted: ReadonlyMap<string, readonly string[]>;
  readonly vocabularies: ReadonlyMap<string, Vocabulary>;
}

type Kind = "txt" | "csv" | "html" | "json" | "docx" | "jpg";

const pictureShare = 0.24;

/** Share of the files and, for text, the mean size in characters; pictures take what is left of the bytes. */
const kinds: readonly (readonly [Kind, share: number, meanChars: number])[] = [
  ["txt", 0.34, 14_000],
  ["csv", 0.1, 16_000],
  ["html", 0.14, 12_000],
  ["json", 0.08, 9_000],
  ["docx", 0.1, 10_000],
  ["jpg", pictureShare, 0],
];
const duplicateShare = 0.05;
const filesPerFolder = 250;
const sigma = 1.1;

interface Made {
  readonly data: Buffer;
  readonly extension: Kind;
  readonly words: readonly string[];
}

class FolderMaker {
  readonly #target: string;
  readonly #plan: FolderPlan;
  readonly #chance: Chance;
  readonly #noise: Buffer;
  readonly #planted = new Map<string, string[]>();
  readonly #vocabularies: Map<string, Vocabulary>;
  readonly #plants: Map<number, string[]>;
  #bytes = 0;
  #textBytes = 0;
  #made = 0;
  #last: Made | null = null;

  constructor(target: string, plan: FolderPlan) {
    this.#target = target;
    this.#plan = plan;
    this.#chance = new Chance(plan.seed);
    this.#noise = noiseOf(this.#chance);
    this.#vocabularies = new Map(
      languages.map((language, index) => [language, new Vocabulary(language, plan.seed + index)]),
    );
    this.#plants = this.#choosePlaces();
  }

  make(): MadeFolder {
    for (let index = 0; index < this.#plan.files; index++) this.#makeFile(index);
    for (const places of this.#planted.values()) places.sort();
    return {
      files: this.#plan.files,
      bytes: this.#bytes,
      textBytes: this.#textBytes,
      planted: this.#planted,
      vocabularies: this.#vocabularies,
    };
  }

  /** File number to the planted words that it must hold: word n stands in 1 to 20 files. */
  #choosePlaces(): Map<number, string[]> {
    const places = new Map<number, string[]>();
    for (const [index, word] of plantedWords(this.#plan.plantedWords).entries()) {
      this.#planted.set(word, []);
      for (let copy = 0; copy <= index % 20; copy++) {
        const file = this.#chance.below(this.#plan.files);
        places.set(file, [...(places.get(file) ?? []), word]);
      }
    }
    return places;
  }

  #makeFile(index: number): void {
    const wanted = this.#plants.get(index) ?? [];
    const copies = wanted.length === 0 && this.#last !== null && this.#chance.next() < duplicateShare;
    const made = copies ? this.#last! : this.#newContent(wanted);
    const folder = `branch-${String(Math.floor(index / filesPerFolder)).padStart(4, "0")}`;
    const file = `${folder}/file-${String(index).padStart(6, "0")}.${made.extension}`;
    if (index % filesPerFolder === 0) mkdirSync(path.join(this.#target, folder), { recursive: true });
    writeFileSync(path.join(this.#target, file), made.data);
    for (const word of new Set(made.words)) this.#planted.get(word)?.push(file);
    this.#bytes += made.data.length;
    if (made.extension !== "jpg") this.#textBytes += made.data.length;
    this.#last = made;
    this.#made++;
  }

  #newContent(words: readonly string[]): Made {
    let draw = this.#chance.next() * (words.length > 0 ? 1 - pictureShare : 1);
    const [kind, , mean] = kinds.find(([, share]) => (draw -= share) < 0) ?? kinds[0]!;
    if (kind === "jpg") return { data: this.#picture(), extension: kind, words: [] };
    const vocabulary = this.#vocabularies.get(this.#chance.pick(languages))!;
    const length = Math.min(400_000, Math.max(200, this.#chance.lognormal(mean, sigma)));
    const text = prose(vocabulary, this.#chance, length);
    const at = text.indexOf(" ", this.#chance.below(Math.max(1, text.length - 100)));
    const planted = words.length === 0 ? text : `${text.slice(0, at)} ${words.join(" ")}${text.slice(at)}`;
    return { data: dress(kind, planted), extension: kind, words };
  }

  /** A JFIF head and noise: what an indexer opens and finds no words in. */
  #picture(): Buffer {
    // What is left of the bytes, spread over the pictures that are still to come.
    const left = this.#plan.files - this.#made;
    const textLeft = left * (this.#textBytes / Math.max(1, this.#made));
    const mean = Math.max(4_096, (this.#plan.bytes - this.#bytes - textLeft) / (left * pictureShare));
    const size = Math.min(8 << 20, Math.max(2_048, Math.floor(this.#chance.lognormal(mean, sigma))));
    const data = Buffer.alloc(size);
    for (let at = 0; at < size; at += 65_536) {
      const from = this.#chance.below(this.#noise.length - 65_536);
      this.#noise.copy(data, at, from, from + Math.min(65_536, size - at));
    }
    Buffer.from("ffd8ffe000104a46494600010100000100010000", "hex").copy(data);
    data.writeUInt16BE(0xffd9, size - 2);
    return data;
  }
}

function noiseOf(chance: Chance): Buffer {
  const noise = Buffer.alloc(4 << 20);
  for (let at = 0; at < noise.length; at += 4) noise.writeUInt32LE(Math.floor(chance.next() * 4294967296), at);
  return noise;
}

const markup = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

function dress(kind: Exclude<Kind, "jpg">, text: string): Buffer {
  switch (kind) {
    case "txt":
      return Buffer.from(text);
    case "csv":
      return Buffer.from(
        `name;remark;place;number\n${text
          .replaceAll(". ", ";")
          .replaceAll(" ", ";")
          .replaceAll(/((?:[^;\n]*;){3}[^;\n]*);/g, "$1\n")}\n`,
      );
    case "json":
      return Buffer.from(
        `${JSON.stringify({ records: text.split("\n").map((line, id) => ({ id, line })) }, null, 1)}\n`,
      );
    case "html":
      return Buffer.from(
        `<!DOCTYPE html><html><head><meta charset="utf-8"><title>Page</title></head><body>${text
          .split("\n")
          .map((line) => `<p>${markup(line)}</p>`)
          .join("\n")}</body></html>\n`,
      );
    case "docx":
      return wordDocument(text);
  }
}

function wordDocument(text: string): Buffer {
  const types = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
  const space = "http://schemas.openxmlformats.org";
  const body = text
    .split("\n")
    .map((line) => `<w:p><w:r><w:t xml:space="preserve">${markup(line)}</w:t></w:r></w:p>`)
    .join("");
  return Buffer.from(
    zip([
      {
        name: "[Content_Types].xml",
        data: `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="${space}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="${types}"/></Types>`,
      },
      {
        name: "_rels/.rels",
        data: `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="${space}/package/2006/relationships"><Relationship Id="rId1" Type="${space}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
      },
      {
        name: "word/document.xml",
        data: `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="${space}/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`,
      },
    ]),
  );
}

/** Fills `target`, which exists and is empty. */
export function makeFolder(target: string, plan: FolderPlan): MadeFolder {
  return new FolderMaker(target, plan).make();
}
