/**
 * Images that were compressed as a whole (.dd.gz, .vmdk.xz, .zip): unpacked once into a temporary file, since nothing inside
 * can be read at random. Blocks of zeros become holes. Removed when the image is closed.
 */
import {
  closeSync,
  createReadStream,
  fstatSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Readable, type Transform } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import Bunzip from "seek-bzip";
import xzDecompress from "xz-decompress";
import { openParts, type ZipEntry } from "../../native-free/containers/zip-parts.ts";
import { infoSays } from "../messages/en.ts";
import { exitCodes, isOperatorError, OperatorError } from "../messages/operator-error.ts";
import { FileSource } from "../../workers/file-source.ts";
import { errorCode } from "./describe-entry.ts";

export const wrapperKinds = ["gzip", "bzip2", "xz", "zstd", "zip"] as const;
export type WrapperKind = (typeof wrapperKinds)[number];

export interface Unwrapped {
  readonly kind: WrapperKind;
  /** Of the unpacked file, inside `folder`. */
  readonly path: string;
  readonly bytes: number;
  /** Names of the other members of an archive, which were not looked at; evidence text. */
  readonly others: readonly string[];
  remove(): void;
}

export interface UnwrapOptions {
  /** Where the temporary folder is made; the system's place for such by default. */
  readonly folder?: string;
  /** Not more than so many bytes are unpacked. */
  readonly limitBytes: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (bytes: number) => void;
  /** Told before the unpacking of an archive with several members: names as the archive has them, evidence text. */
  readonly onOthers?: (path: string, taken: string, others: readonly string[]) => void;
}

const magics: readonly (readonly [kind: WrapperKind, bytes: readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b, 0x08]],
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["zip", [0x50, 0x4b, 0x03, 0x04]],
];

/** What a file is compressed with as a whole, by its first bytes; null for none. */
export function wrapperOf(head: Uint8Array): WrapperKind | null {
  return magics.find(([, bytes]) => bytes.every((byte, at) => head[at] === byte))?.[0] ?? null;
}

/**
 * Unpacks the file; of a ZIP archive its largest member. Throws OperatorError: damaged (1), larger than the limit, no space
 * (4), interrupted (4).
 */
export async function unwrap(path: string, kind: WrapperKind, options: UnwrapOptions): Promise<Unwrapped> {
  const place = options.folder ?? tmpdir();
  const folder = temporaryFolder(place, path);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const packed = openSync(path, "r");
  try {
    const name = basename(path).replace(/\.(gz|bz2|xz|zst|zip)$/i, "") || "image";
    const member = kind === "zip" ? await largestMember(path, packed) : null;
    const others = member?.others ?? [];
    if (member && others.length > 0) options.onOthers?.(path, member.fullName, others);
    const target = join(folder, member?.name ?? name);
    const spool = new Spool(target, path, options);
    try {
      if (kind === "bzip2") unpackBzip2(packed, spool);
      else for await (const piece of member?.open() ?? piecesOf(path, kind)) spool.write(piece);
      return { kind, path: target, bytes: spool.end(), others, remove };
    } finally {
      spool.close();
    }
  } catch (error) {
    remove();
    throw told(error, path, folder, kind);
  } finally {
    closeSync(packed);
  }
}

function temporaryFolder(place: string, path: string): string {
  try {
    return mkdtempSync(join(place, "vestige-unpacked-"));
  } catch (error) {
    throw new OperatorError("source/no-space", infoSays.noPlaceToUnpack(path, place, errorCode(error)));
  }
}

/** In the officer's words, whatever library refused. */
function told(error: unknown, path: string, folder: string, kind: WrapperKind): unknown {
  if (isOperatorError(error)) return error;
  const code = errorCode(error);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new OperatorError("source/no-space", infoSays.noSpaceToUnpack(path, folder), exitCodes.stopped);
  }
  if (/^E[A-Z]+$/.test(code)) return new OperatorError("source/unreadable", infoSays.unpackUnreadable(path, code));
  return new OperatorError("source/packed-damaged", infoSays.packedDamaged(path, kind), exitCodes.loss);
}

function piecesOf(path: string, kind: WrapperKind): AsyncIterable<Uint8Array> {
  const file = createReadStream(path);
  if (kind === "gzip") return pipeline(file, createGunzip());
  if (kind === "zstd") return pipeline(file, createZstdDecompress());
  const web = Readable.toWeb(file) as ReadableStream<Uint8Array>;
  return Readable.fromWeb(new xzDecompress.XzReadableStream(web) as Parameters<typeof Readable.fromWeb>[0]);
}

/** An error of either side reaches the loop. */
function pipeline(file: Readable, unpacker: Transform): AsyncIterable<Uint8Array> {
  file.once("error", (error) => unpacker.destroy(error));
  return file.pipe(unpacker);
}

interface Member {
  /** Safe as a file name; null where the member's own is not. */
  readonly name: string | null;
  /** As the archive has it. */
  readonly fullName: string;
  readonly others: readonly string[];
  open(): AsyncIterable<Uint8Array>;
}

async function largestMember(path: string, descriptor: number): Promise<Member> {
  const parts = await openParts(new FileSource(descriptor, fstatSync(descriptor).size, basename(path)));
  let largest: ZipEntry | null = null;
  for (const entry of parts.entries) {
    if (entry.kind === "file" && (entry.size ?? 0) > (largest?.size ?? -1)) largest = entry;
  }
  if (!largest || !("open" in largest.content)) {
    throw new OperatorError("source/no-image", infoSays.nothingPacked(path));
  }
  const fullName = largest.name.text;
  const others = parts.entries
    .filter((entry) => entry.kind === "file" && entry !== largest)
    .map(({ name }) => name.text);
  const last = fullName.split(/[\\/]/).at(-1) ?? "";
  const name = /^[\w -][\w. -]*$/.test(last) ? last : null;
  return { name, fullName, others, open: largest.content.open };
}

const stepBytes = 1 << 20;
const zeros = Buffer.alloc(stepBytes);

/** The unpacked file. */
class Spool {
  readonly #descriptor: number;
  readonly #path: string;
  readonly #options: UnwrapOptions;
  readonly #step = Buffer.alloc(stepBytes);
  #used = 0;
  #bytes = 0;

  /** `path` is that of the packed file, for what is said. */
  constructor(target: string, path: string, options: UnwrapOptions) {
    this.#descriptor = openSync(target, "wx", 0o600);
    this.#path = path;
    this.#options = options;
  }

  write(piece: Uint8Array): void {
    for (let done = 0; done < piece.length;) {
      const count = Math.min(piece.length - done, stepBytes - this.#used);
      this.#step.set(piece.subarray(done, done + count), this.#used);
      this.#used += count;
      done += count;
      if (this.#used === stepBytes) this.#flush();
    }
  }

  writeByte(byte: number): void {
    this.#step[this.#used++] = byte;
    if (this.#used === stepBytes) this.#flush();
  }

  /** Bytes of the whole. */
  end(): number {
    this.#flush();
    ftruncateSync(this.#descriptor, this.#bytes);
    return this.#bytes;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #flush(): void {
    const { limitBytes, signal, onProgress } = this.#options;
    if (signal?.aborted)
      throw new OperatorError("interrupted", infoSays.unpackingStopped(this.#path), exitCodes.stopped);
    if (this.#bytes + this.#used > limitBytes) {
      throw new OperatorError("source/unpack-limit", infoSays.unpackLimit(this.#path, limitBytes));
    }
    const empty = zeros.compare(this.#step, 0, this.#used, 0, this.#used) === 0;
    for (let done = empty ? this.#used : 0; done < this.#used;) {
      done += writeSync(this.#descriptor, this.#step, done, this.#used - done, this.#bytes + done);
    }
    this.#bytes += this.#used;
    this.#used = 0;
    onProgress?.(this.#bytes);
  }
}

/** Byte by byte on both sides, as the library wants it. */
function unpackBzip2(descriptor: number, spool: Spool): void {
  const input = Buffer.alloc(stepBytes);
  let [at, filled] = [0, 0];
  const eof = () => {
    if (at === filled) [at, filled] = [0, readSync(descriptor, input, 0, stepBytes, null)];
    return filled === 0;
  };
  const readByte = () => (eof() ? -1 : (input[at++] as number));
  const read = (target: Uint8Array, offset: number, length: number) => {
    let got = 0;
    while (got < length && !eof()) target[offset + got++] = readByte();
    return got;
  };
  Bunzip.decode({ readByte, read, eof }, spool, true);
}
