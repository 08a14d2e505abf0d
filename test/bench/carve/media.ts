/** What is carved: a file of free space, and a whole image with a file system. Both from the same files, and from what is on this machine. */
import { spawnSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { randomFrom } from "../../conformance/mutate.ts";
import { generatedCorpus, publishedCorpus, type LayoutFile } from "../../fixtures/carving/layout-types.ts";
import { blockBytes, noiseOf } from "../../fixtures/carving/layouts.ts";
import { variantOf } from "./variants.ts";

/** What lies between carved files: programs, libraries and documents of this machine. */
const fillerFolders = ["/usr/share/doc", "/usr/lib", "/usr/bin", "/usr/share"];
const mostFiller = 4 << 20;

export interface CarveMedium {
  readonly path: string;
  readonly bytes: number;
  /** Hashes of the files to be found, by type. */
  readonly wanted: ReadonlyMap<string, string>;
}

/** Different files of about so many bytes together. */
function* filesUpTo(bytes: number, types: readonly string[]): Generator<LayoutFile> {
  const published = publishedCorpus({ perType: 1000, leastBytes: 2000, mostBytes: 8 << 20 });
  const corpus = (published.length > 0 ? published : generatedCorpus()).filter(({ type }) => types.includes(type));
  const seen = new Set<string>();
  let size = 0;
  for (let seed = 0; seed < 65_536 && size < bytes; seed++) {
    let isAny = false;
    for (const file of corpus) {
      const variant = size < bytes ? variantOf(file, seed) : null;
      if (!variant || seen.has(variant.sha256)) continue;
      isAny = true;
      seen.add(variant.sha256);
      size += variant.bytes.length;
      yield variant;
    }
    if (!isAny) return;
  }
}

/** Files of this machine, as they come; ends. */
function* machineFiles(): Generator<Buffer> {
  const enter = function* (folder: string): Generator<Buffer> {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) yield* enter(path);
      else if (entry.isFile() && statSync(path).size <= mostFiller && statSync(path).size > 0) yield readFileSync(path);
    }
  };
  for (const folder of fillerFolders) yield* enter(folder);
}

/** One part in four is files to be found; the rest is machine files without their blocks' order, noise and zeros. */
export function makeFreeSpace(path: string, bytes: number, types: readonly string[]): CarveMedium {
  const random = randomFrom(5);
  const wanted = new Map<string, string>();
  const descriptor = openSync(path, "w");
  const others = machineFiles();
  let size = 0;
  const put = (content: Uint8Array): void => {
    for (let done = 0; done < content.length;) done += writeSync(descriptor, content, done);
    const rest = (blockBytes - (content.length % blockBytes)) % blockBytes;
    if (rest > 0) writeSync(descriptor, Buffer.alloc(rest));
    size += content.length + rest;
  };
  const between = (length: number): void => {
    const kind = random() % 4;
    if (kind === 0) return put(noiseOf(length, random()));
    if (kind === 1) return put(Buffer.alloc(length));
    for (let left = length; left > 0;) {
      const next = others.next();
      if (next.done === true) return put(noiseOf(left, random()));
      put(next.value);
      left -= next.value.length;
    }
  };
  try {
    for (const file of filesUpTo(bytes / 4, types)) {
      put(file.bytes);
      wanted.set(file.sha256, file.type);
      if (size < bytes) between(Math.min(8 << 20, Math.ceil(file.bytes.length / blockBytes) * 3 * blockBytes));
    }
    while (size < bytes) between(Math.min(1 << 20, bytes - size));
  } finally {
    closeSync(descriptor);
  }
  return { path, bytes: size, wanted };
}

/** ext4 with these files in folders among files of the machine; four fifths full. Null without mkfs.ext4. */
export function makeImage(path: string, scratch: string, bytes: number, types: readonly string[]): CarveMedium | null {
  const folder = join(scratch, "tree");
  const wanted = new Map<string, string>();
  const others = machineFiles();
  let [size, count] = [0, 0];
  const put = (content: Uint8Array): void => {
    const at = join(folder, String(count % 64));
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, `${count++}.bin`), content);
    size += content.length;
  };
  try {
    for (const file of filesUpTo(bytes / 4, types)) {
      put(file.bytes);
      wanted.set(file.sha256, file.type);
      for (let between = 0; size < bytes * 0.8 && between < 2 * file.bytes.length;) {
        const next = others.next();
        if (next.done === true) break;
        put(next.value);
        between += next.value.length;
      }
    }
    for (let next = others.next(); size < bytes * 0.8 && !next.done; next = others.next()) put(next.value);
    const { error, status } = spawnSync("mkfs.ext4", ["-q", "-F", "-d", folder, path, `${Math.ceil(bytes / 1024)}k`]);
    return error || status !== 0 ? null : { path, bytes: statSync(path).size, wanted };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
