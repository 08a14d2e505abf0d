/**
 * Thread entry: writes the bytes of the ring onto a device or a file that is there, each to the place that it had. What does
 * not fit is left out and said; what is larger keeps its rest, or has it zeroed.
 */
import { createHash } from "node:crypto";
import { RingReader } from "../../../workers/ring.ts";
import { openMedium } from "../../source/medium.ts";
import { runPart } from "../part.ts";
import { targetError } from "./segment-files.ts";
import { diskTargetFiles } from "./target-files.ts";
import type { WriteData, WriteEnding, WrittenTarget } from "./write-thread.ts";

const syncEveryBytes = 128 << 20;

// In front of the call that uses it: a class is not there before its place is reached.
class Device {
  readonly #path: string;
  readonly #descriptor: number;
  #unsynced = 0;

  constructor(path: string) {
    this.#path = path;
    this.#descriptor = this.#guard(() => diskTargetFiles.open(path));
  }

  write(bytes: Uint8Array, at: number): void {
    for (let done = 0; done < bytes.length;) {
      done += this.#guard(() => diskTargetFiles.write(this.#descriptor, bytes, done, bytes.length - done, at + done));
    }
    this.#unsynced += bytes.length;
    if (this.#unsynced >= syncEveryBytes) this.sync();
  }

  zero(from: number, to: number): void {
    const zeros = Buffer.alloc(1 << 20);
    for (let at = from; at < to; at += zeros.length) this.write(zeros.subarray(0, Math.min(zeros.length, to - at)), at);
  }

  sync(): void {
    this.#unsynced = 0;
    this.#guard(() => diskTargetFiles.sync(this.#descriptor));
  }

  close(): void {
    diskTargetFiles.close(this.#descriptor);
  }

  #guard<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw targetError(error, this.#path);
    }
  }
}

await runPart<WriteData, WrittenTarget>(async ({ rings, reader, target, plan }, told) => {
  const size = sizeOf(target.folder);
  const stream = new RingReader(rings[0], reader);
  const device = new Device(target.folder);
  // The whole hash is only that of the copy where all of it fits.
  const hash = plan.size === null || plan.size > size ? createHash("sha256") : null;
  try {
    let at = 0;
    for (let bytes = stream.next(); bytes !== null; bytes = stream.next()) {
      const fitting = Math.max(0, Math.min(bytes.length, size - at));
      const part = fitting === bytes.length ? bytes : bytes.subarray(0, fitting);
      device.write(part, at);
      hash?.update(part);
      at += bytes.length;
      stream.release();
    }
    const { size: mediumBytes } = (await told()) as WriteEnding;
    const held = Math.min(mediumBytes, size);
    if (target.zeroExcess) device.zero(held, size);
    device.sync();
    const truncated = held < mediumBytes;
    const segments = [{ file: target.folder, folder: "", size: held }];
    const sha256 = truncated && hash ? hash.digest("hex") : null;
    return { segments, truncatedAt: truncated ? held : null, sha256, unnamed: 0 };
  } finally {
    device.close();
  }
});

function sizeOf(path: string): number {
  const medium = openMedium(path);
  medium.close();
  return medium.size;
}
