/** Data as media hold them, for the kernels: noise, programs and libraries of this machine, source text, made-up prose, blank space. */
import { Buffer } from "node:buffer";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { Chance, prose, Vocabulary } from "../folder/words.ts";

const libraryFolders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64"];

/** Files of a folder with matching names, in the order of their paths, up to so many bytes. */
function filesOf(folder: string, names: RegExp, most: number): Buffer {
  const parts: Buffer[] = [];
  let size = 0;
  const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
  const files = entries.filter((entry) => entry.isFile() && names.test(entry.name));
  for (const file of files.map((entry) => path.join(entry.parentPath, entry.name)).toSorted()) {
    if (size >= most) break;
    const bytes = readFileSync(file);
    parts.push(bytes);
    size += bytes.length;
  }
  return Buffer.concat(parts).subarray(0, most);
}

function noiseOf(length: number): Buffer {
  const chance = new Chance(11);
  return Buffer.from(Uint8Array.from({ length }, () => chance.below(256)));
}

function numbersOf(length: number): Buffer {
  const chance = new Chance(5);
  let text = "";
  while (text.length < length) {
    text += `${chance.below(1e9)} ${chance.below(100)},${chance.below(1e6)}.${chance.below(99)} AB${chance.below(1e5)}\n`;
  }
  return Buffer.from(text).subarray(0, length);
}

function wideOf(length: number): Buffer {
  const text = prose(new Vocabulary("en", 3), new Chance(5), length >> 1);
  return Buffer.from(text.slice(0, length >> 1), "utf16le");
}

/** Name of the class to its bytes, up to `most` each. */
export function scanCorpus(most: number): ReadonlyMap<string, Buffer> {
  const libraries = Buffer.concat(libraryFolders.map((folder) => filesOf(folder, /\.so(\.[0-9.]+)?$/, most)));
  return new Map([
    ["noise", noiseOf(most)],
    [
      "binary",
      libraries.length >= most / 2 ? libraries.subarray(0, most) : readFileSync(process.execPath).subarray(0, most),
    ],
    ["source", filesOf(path.join(import.meta.dirname, "../../../node_modules/typescript/lib"), /\.(d\.ts|js)$/, most)],
    ["prose", Buffer.from(prose(new Vocabulary("en", 3), new Chance(5), most))],
    ["numbers", numbersOf(most)],
    ["UTF-16", wideOf(most)],
    ["zeros", Buffer.alloc(most)],
  ]);
}
