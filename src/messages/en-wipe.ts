/** Sentences about preparing a target medium. Names in them are already escaped by the caller. */
import { grouped } from "./en-parts.ts";

export const absent = (path: string) =>
  `Expected a device to wipe at ${path}, found nothing there; check the path and that the medium is connected.`;
export const kind = (path: string, isFile: boolean) =>
  isFile
    ? `Expected a block device, found the file ${path}; add --file if this file stands for a medium.`
    : `Expected a block device at ${path}, found something else; name the device itself, as vestige devices lists it.`;
export const empty = (path: string) =>
  `Expected a medium with bytes at ${path}, found an empty one; insert the medium.`;
export const mounted = (path: string, at: string) =>
  `Expected a medium that is not in use, found ${path} (or a part of it) mounted at ${at}; look at what is on it, and unmount it if it may be lost.`;
export const swap = (path: string) =>
  `Expected a medium that is not in use, found swap space on ${path}; name another.`;
export const held = (path: string, holder: string) =>
  `Expected a medium that is not in use, found ${path} (or a part of it) held by ${holder}; close what is built upon it first.`;
export const busy = (path: string) =>
  `Expected a medium that is not in use, found ${path} opened by another program; close it first.`;
export const system = (path: string) => `${path} holds the running system or this program; name another medium.`;
export const readOnly = (path: string) =>
  `Expected a medium that can be written to, found ${path} set read-only; remove its write protection if it is no evidence.`;
export const refused = (path: string, problem: string) =>
  `Expected to write to ${path}, found: ${problem}; run with sufficient rights.`;
export const inCase = (path: string, folder: string) =>
  `${path} belongs to the case in ${folder}; what a case holds is never wiped.`;
export const evidence = (path: string, exhibit: string) =>
  `${path} is the medium of exhibit ${exhibit} or a clone of it; evidence is never wiped.`;
export const gone = (problem: string) =>
  `The medium is gone or answers no more (${problem}); reconnect it and run the same command again: it starts over.`;
export const interrupted = () => `Stopped; the medium is partly overwritten. The same command starts over.`;
export const recordExists = (file: string) =>
  `Expected nothing at ${file}, found a file; records are never overwritten: choose another name for --record.`;
export const notConfirmed = (wanted: string) =>
  `Expected ${wanted} as confirmation, found something else; nothing was written.`;
export const confirmMissing = (wanted: string) =>
  `Expected a confirmation, found no terminal to ask on; give --confirm ${wanted}, nothing was written.`;

export const about = (path: string, size: string, what: string) =>
  `To be wiped: ${path}, ${size}${what === "" ? "" : `, ${what}`}`;
export const everythingLost = () => `Everything on it will be lost.`;
export const typeToConfirm = (wanted: string) => `Type ${wanted} to go on: `;
export const progress = (what: "write" | "verify", share: string, done: string, rate: string, left: string) =>
  `${what === "write" ? "overwriting" : "reading back"}: ${share}, ${done}, ${rate}${left === "" ? "" : `, about ${left} left`}`;
export const wiped = (path: string, bytes: string, pattern: "zeros" | "random") =>
  `${path}: ${bytes} overwritten with ${pattern === "zeros" ? "zeros" : "a random stream"}`;
export const keyLine = (key: string) => `  AES-256-CTR key of the stream: ${key}`;
export const readBackSame = () => `Read back: every byte is what was written.`;
export const notReadBack = () => `Not read back: add --verify to know that the bytes are on the medium.`;
export const memoryPossible = () =>
  `The system could not be told to forget what it had just written, so its memory may have answered instead of the medium.`;
export const refusedBytes = (bytes: number, ranges: number) =>
  `Not written: ${grouped(bytes)} bytes in ${grouped(ranges)} range(s), which keep what they held:`;
export const differingBytes = (bytes: number, ranges: number) =>
  `Read back differently: ${grouped(bytes)} bytes in ${grouped(ranges)} range(s):`;
export const unreadableBytes = (bytes: number, ranges: number) =>
  `Not readable: ${grouped(bytes)} bytes in ${grouped(ranges)} range(s):`;
export const range = (from: number, to: number, sectorBytes: number) =>
  `  bytes ${grouped(from)} to ${grouped(to - 1)} (sectors ${grouped(Math.floor(from / sectorBytes))} to ${grouped(Math.ceil(to / sectorBytes) - 1)})`;
export const moreRanges = (count: number) => `  and ${grouped(count)} more`;
export const syncFailed = (problem: string) =>
  `The medium did not confirm that everything reached it (${problem}); do not use it for evidence.`;
export const notSterile = () => `The medium is not sterile; do not use it for evidence.`;
export const reserveAreas = () =>
  `Sectors that the drive keeps in reserve, has replaced or hides (HPA, DCO) are not reached by overwriting.`;
export const recordWritten = (file: string, signed: boolean) =>
  signed ? `The signed record is in ${file}.` : `The record is in ${file}; without a case it is not signed.`;
