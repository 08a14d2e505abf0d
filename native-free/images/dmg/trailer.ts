/** The trailer of a UDIF image: where the data fork and the tables are, how large the medium is. */
import { Buffer } from "node:buffer";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { uuidText } from "../../bytes/guid.ts";
import {
  encryptedHeader,
  encryptedHeadSignature,
  encryptedTailSignature,
  macBinaryLayout,
  trailerLayout,
  trailerSignature,
} from "./layouts.ts";

export interface Stretch {
  readonly offset: number;
  readonly length: number;
}

export interface Trailer {
  /** Of the trailer itself in the file. */
  readonly at: number;
  readonly version: number;
  /** Of the whole fork in the segments before this one. */
  readonly runningOffset: number;
  readonly dataFork: Stretch;
  readonly resourceFork: Stretch;
  readonly propertyList: Stretch;
  readonly codeSignature: Stretch;
  readonly segmentNumber: number;
  readonly segmentCount: number;
  readonly segmentId: string;
  readonly dataChecksumType: number;
  readonly dataChecksum: number;
  readonly masterChecksumType: number;
  readonly masterChecksum: number;
  readonly variant: number;
  readonly sectorCount: number;
}

/** How far from the end a trailer is looked for that something follows. */
const searchedBytes = 64 << 10;
const version = 4;

/** Whether a trailer begins at `at` of the bytes. */
export function trailerIn(bytes: Uint8Array, at: number): boolean {
  if (at < 0 || at + trailerLayout.size > bytes.length) return false;
  const head = trailerLayout.cursor().over(bytes, at);
  return head.signature === trailerSignature && head.version === version && head.headerBytes === trailerLayout.size;
}

/** At the end, at the begin, then further from the end; null where there is none. */
export function findTrailer(source: ByteSource): Trailer | null {
  const from = Math.max(0, source.size - searchedBytes);
  const tail = readRange(source, from, searchedBytes);
  const last = tail.length - trailerLayout.size;
  if (trailerIn(tail, last)) return trailerAt(tail, last, from + last);
  const head = readRange(source, 0, trailerLayout.size);
  if (trailerIn(head, 0)) return trailerAt(head, 0, 0);
  const whole = Buffer.from(tail.buffer, tail.byteOffset, tail.length);
  for (let at = last; at > 0;) {
    at = whole.lastIndexOf(trailerSignature, at - 1, "latin1");
    if (at >= 0 && trailerIn(tail, at)) return trailerAt(tail, at, from + at);
  }
  return null;
}

function trailerAt(bytes: Uint8Array, at: number, place: number): Trailer {
  const head = trailerLayout.cursor().over(bytes, at);
  return {
    at: place,
    version: head.version,
    runningOffset: head.runningOffset,
    dataFork: { offset: head.dataOffset, length: head.dataLength },
    resourceFork: { offset: head.resourceOffset, length: head.resourceLength },
    propertyList: { offset: head.plistOffset, length: head.plistLength },
    codeSignature: { offset: head.codeSignatureOffset, length: head.codeSignatureLength },
    segmentNumber: head.segmentNumber,
    segmentCount: head.segmentCount,
    segmentId: uuidText(head.segmentId),
    dataChecksumType: head.dataChecksumBits === 32 ? head.dataChecksumType : 0,
    dataChecksum: head.dataChecksum,
    masterChecksumType: head.masterChecksumBits === 32 ? head.masterChecksumType : 0,
    masterChecksum: head.masterChecksum,
    variant: head.variant,
    sectorCount: head.sectorCount,
  };
}

/** How an image is encrypted as a whole; null where it is not. */
export function encryptionOf(head: Uint8Array, tail: Uint8Array): string | null {
  if (tail.length >= 8 && latin1(tail.subarray(-8)) === encryptedTailSignature) return "cdsaencr, version 1";
  if (head.length < encryptedHeader.size) return null;
  const { signature, version: own, algorithm, keyBits } = encryptedHeader.cursor().over(head);
  if (signature !== encryptedHeadSignature) return null;
  const known = algorithm === 0x80000001 && (keyBits === 128 || keyBits === 192 || keyBits === 256);
  return `encrcdsa, version ${own}${known ? `, AES-${keyBits}` : ""}`;
}

/** Images of Disk Copy (NDIF) have no signature but in what MacBinary keeps of the file. */
export function isNdif(head: Uint8Array): boolean {
  if (head.length < macBinaryLayout.size) return false;
  const { zero, nameLength, type, creator } = macBinaryLayout.cursor().over(head);
  const named = zero[0] === 0 && nameLength[0]! > 0 && nameLength[0]! < 64;
  return named && creator === "ddsk" && /^(rohd|hdro|dimg|hdrw)$/.test(type);
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
