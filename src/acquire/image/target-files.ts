/** What writing an image asks of the system. A contract, so that tests can fail the n-th write, sync or space. */
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  openSync,
  rmSync,
  statfsSync,
  writeSync,
} from "node:fs";
import { syncFolder } from "../../case/atomic-file.ts";

export interface TargetFiles {
  exists(path: string): boolean;
  /** A file that must not be there yet, for writing. */
  create(path: string): number;
  /** A file or device that is there, for writing, its content kept. */
  open(path: string): number;
  /** Writes some of the bytes at a place; returns how many. */
  write(descriptor: number, bytes: Uint8Array, from: number, length: number, at: number): number;
  truncate(descriptor: number, size: number): void;
  sync(descriptor: number): void;
  /** Starts a sync that runs beside later writes; `done` hears of its end when the thread is idle. */
  startSync(descriptor: number, done: (error: Error | null) => void): void;
  close(descriptor: number): void;
  copy(from: string, to: string): void;
  remove(path: string): void;
  /** Makes names in a folder durable. */
  syncFolder(folder: string): void;
  /** Bytes that may still be written to the file system of a folder. */
  free(folder: string): number;
}

export const diskTargetFiles: TargetFiles = {
  exists: existsSync,
  create: (path) => openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o644),
  open: (path) => openSync(path, constants.O_WRONLY),
  write: writeSync,
  truncate: ftruncateSync,
  sync: fsyncSync,
  startSync: fsync,
  close: closeSync,
  copy: (from, to) => copyFileSync(from, to, constants.COPYFILE_EXCL),
  remove: (path) => rmSync(path),
  syncFolder,
  free: (folder) => {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  },
};
