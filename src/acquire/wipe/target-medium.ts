/**
 * A medium that is written to: a block device, past the page cache where the system lets it, so that a refused write is told
 * with its place and what is read again comes from the medium; or a file in its stead.
 */
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { dropFromCache } from "../../platform/page-cache.ts";
import { errorCode } from "../../source/describe-entry.ts";

/** The part that is used of it; the types of Node lack it. */
declare const WebAssembly: { readonly Memory: new (pages: { initial: number }) => { readonly buffer: ArrayBuffer } };

const wasmPageBytes = 65_536;

/** Direct access wants memory that begins at a sector; that of WebAssembly begins at a page. `bytes`: of whole 64 KiB. */
export function alignedBlock(bytes: number): Uint8Array {
  return new Uint8Array(new WebAssembly.Memory({ initial: Math.ceil(bytes / wasmPageBytes) }).buffer, 0, bytes);
}

export interface TargetMedium {
  readonly size: number;
  /** Bytes of a logical sector: the smallest part that is written alone. */
  readonly sectorBytes: number;
  /** Writes all of an aligned block, or throws the system's error. */
  write(bytes: Uint8Array, at: number): Promise<void>;
  /** Fills an aligned block; fewer bytes at the end only. Throws the system's error. */
  read(target: Uint8Array, at: number): Promise<number>;
  /** Throws the system's error where something that was accepted before did not reach the medium. */
  sync(): Promise<void>;
  /** True where what is read next comes from the medium and not from the system's memory. */
  forget(): boolean;
  close(): Promise<void>;
}

class OpenTarget implements TargetMedium {
  readonly size: number;
  readonly sectorBytes: number;
  readonly #handle: FileHandle;
  readonly #direct: boolean;

  constructor(handle: FileHandle, direct: boolean, size: number, sectorBytes: number) {
    this.#handle = handle;
    this.#direct = direct;
    this.size = size;
    this.sectorBytes = sectorBytes;
  }

  async write(bytes: Uint8Array, at: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      done += (await this.#handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
    }
  }

  async read(target: Uint8Array, at: number): Promise<number> {
    let done = 0;
    while (done < target.length) {
      const { bytesRead } = await this.#handle.read(target, done, target.length - done, at + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }

  async sync(): Promise<void> {
    await this.#handle.sync();
  }

  forget(): boolean {
    return dropFromCache(this.#handle.fd) || this.#direct;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/**
 * Opens a device exclusively, which the kernel refuses (EBUSY) while anything of it is mounted or held, or a file. Throws
 * the system's error.
 */
export async function openTarget(
  path: string,
  isDevice: boolean,
  size: number,
  sectorBytes: number,
): Promise<TargetMedium> {
  if (!isDevice) return new OpenTarget(await open(path, constants.O_RDWR), false, size, sectorBytes);
  const flags = constants.O_RDWR | constants.O_EXCL;
  // Only Linux has the flag.
  const direct = (constants as Partial<typeof constants>).O_DIRECT ?? 0;
  try {
    return new OpenTarget(await open(path, flags | direct), direct !== 0, size, sectorBytes);
  } catch (error) {
    if (errorCode(error) !== "EINVAL") throw error;
    return new OpenTarget(await open(path, flags), false, size, sectorBytes);
  }
}
