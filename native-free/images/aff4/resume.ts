/** Where an AFF4 image that was cut off can be continued, and what it holds up to there. */
import { crc32 } from "node:zlib";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { readMember, walkMembers, memberDataAt, type ZipMember } from "../../containers/zip64/read.ts";
import { localHeaderBytes, type Zip64Entry } from "../../containers/zip64/writer.ts";
import { Sha512 } from "../../hash/sha512-state.ts";
import { CHUNK_BYTES, CHUNKS_IN_BEVY, indexEntry } from "./layouts.ts";
import { Aff4Stream, type Bevy } from "./stream.ts";
import { bevyName, blockHashName, DESCRIPTION_MEMBER, VERSION_MEMBER, WRITTEN_BLOCK_HASH } from "./vocabulary.ts";
import type { Aff4Position } from "./writer.ts";

const MAX_MEMBER_BYTES = 16 << 20;
const WINDOW_BYTES = 4 << 20;

/**
 * The last place between two bevies up to which the image is whole: later bytes are to be cut off, and a writer with the same
 * options continues there (`resumeAt`). No later place than `mostChunks` chunks. Null where not even the description and the
 * version stand. Index, hashes and lengths of every bevy are checked, and all bytes of the last one, which a power cut may
 * have left incomplete; the caller reads the others again for its own hashes.
 */
export function aff4ResumePointOf(
  source: ByteSource,
  mostChunks = Infinity,
  chunksInBevy = CHUNKS_IN_BEVY,
): Aff4Position | null {
  const { members } = walkMembers(source);
  const sound = members.slice(0, 2).every((member) => readMember(source, member, MAX_MEMBER_BYTES)?.sound);
  if (members[0]?.name !== DESCRIPTION_MEMBER || members[1]?.name !== VERSION_MEMBER || !sound) return null;
  const counts = bevyCounts(source, members, chunksInBevy);
  while (counts.length > 0 && !isSound(source, members[3 * counts.length - 1]!)) counts.pop();
  let chunks = counts.reduce((sum, count) => sum + count, 0);
  while (chunks > mostChunks) chunks -= counts.pop()!;
  const kept = members.slice(0, 2 + 3 * counts.length);
  const hashed = new Sha512();
  for (let bevy = 0; bevy < counts.length; bevy++) {
    hashed.update(readMember(source, kept[3 * bevy + 4]!, MAX_MEMBER_BYTES)!.bytes);
  }
  const last = kept.at(-1)!;
  const at = last.headerAt + localHeaderBytes(last.name) + last.compressedSize;
  return { at, chunks, entries: kept.map(entryOf), blockHashes: hashed.state };
}

/** Chunks of every bevy whose index and hashes are whole and fit together, in order; only the last may have fewer than all. */
function bevyCounts(source: ByteSource, members: readonly ZipMember[], chunksInBevy: number): number[] {
  const counts: number[] = [];
  for (let at = 2; at + 2 < members.length; at += 3) {
    const [data, index, hashes] = [members[at]!, members[at + 1]!, members[at + 2]!];
    const name = data.name;
    const named =
      name.endsWith(`/${bevyName(counts.length)}`) &&
      index.name === `${name}.index` &&
      hashes.name === blockHashName(name, WRITTEN_BLOCK_HASH.ending);
    const count = named ? countOf(source, data, index, hashes) : 0;
    if (count === 0 || count > chunksInBevy) break;
    counts.push(count);
    if (count < chunksInBevy) break;
  }
  return counts;
}

function countOf(source: ByteSource, data: ZipMember, index: ZipMember, hashes: ZipMember): number {
  const [entries, digests] = [index, hashes].map((member) => readMember(source, member, MAX_MEMBER_BYTES));
  if (!entries?.sound || !digests?.sound || data.method !== 0 || data.size !== data.compressedSize) return 0;
  const count = entries.bytes.length / indexEntry.size;
  if (!Number.isInteger(count) || digests.bytes.length !== count * WRITTEN_BLOCK_HASH.bytes) return 0;
  let end = 0;
  const cursor = indexEntry.cursor();
  for (let entry = 0; entry < count; entry++) {
    const { offset, length } = cursor.over(entries.bytes, entry * indexEntry.size);
    if (offset !== end || length > CHUNK_BYTES) return 0;
    end += length;
  }
  return end === data.size ? count : 0;
}

/** Whether the bytes of a member have its CRC. */
function isSound(source: ByteSource, member: ZipMember): boolean {
  const dataAt = memberDataAt(source, member);
  if (dataAt === null) return false;
  let sum = 0;
  for (let done = 0; done < member.compressedSize; done += WINDOW_BYTES) {
    sum = crc32(readRange(source, dataAt + done, Math.min(WINDOW_BYTES, member.compressedSize - done)), sum);
  }
  return sum === member.crc32;
}

function entryOf({ name, method, crc32: sum, compressedSize, size, headerAt }: ZipMember): Zip64Entry {
  return { name, method: method === 0 ? 0 : 8, crc32: sum, compressedSize, size, headerAt };
}

/**
 * The medium as far as a position reaches, whole chunks only, read from the file that was cut off. Every chunk is checked
 * against its hash; one that fails reads as zeros and is named as unreadable.
 */
export function openAff4Start(
  source: ByteSource,
  position: Aff4Position,
  chunksInBevy = CHUNKS_IN_BEVY,
  name = "-",
): ByteSource {
  const bevies = new Map<number, Bevy>();
  for (let at = 2; at + 2 < position.entries.length; at += 3) {
    const [data, index, hashes] = position.entries.slice(at, at + 3).map((entry) => ({ ...entry, flags: 0 }));
    const read = (member: ZipMember): Uint8Array =>
      readMember(source, member, MAX_MEMBER_BYTES)?.bytes ?? new Uint8Array(0);
    bevies.set((at - 2) / 3, {
      name,
      volume: 1,
      source,
      at: data!.headerAt + localHeaderBytes(data!.name),
      length: data!.size,
      index: () => read(index!),
      offsetsOnly: false,
      hashes: { kind: WRITTEN_BLOCK_HASH, read: () => read(hashes!) },
    });
  }
  const size = position.chunks * CHUNK_BYTES;
  // The file does not say yet how it was compressed; the hash of a chunk tells which way is right.
  return new Aff4Stream({ urn: "", size, chunkBytes: CHUNK_BYTES, chunksInBevy, codec: null, bevies });
}
