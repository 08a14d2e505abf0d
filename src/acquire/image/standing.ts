/**
 * What an interrupted acquisition left of a target and up to where it stands: later bytes are cut off and later files removed,
 * and the writer goes on there.
 */
import { closeSync, existsSync, fstatSync, openSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { aff4ResumePointOf } from "../../../native-free/images/aff4/resume.ts";
import type { Aff4Position } from "../../../native-free/images/aff4/writer.ts";
import { CHUNK_BYTES } from "../../../native-free/images/aff4/layouts.ts";
import { SECTORS_PER_CHUNK } from "../../../native-free/images/ewf/layouts.ts";
import { resumePointOf } from "../../../native-free/images/ewf/resume.ts";
import type { EwfPosition } from "../../../native-free/images/ewf/writer.ts";
import { isEvidenceError } from "../../../native-free/model/errors.ts";
import { FileSource } from "../../../workers/file-source.ts";
import { partialName, segmentNumber, type ImagePlan, type TargetPlan } from "./image-plan.ts";
import type { WrittenSegment } from "./segment-files.ts";

export interface Standing {
  /** Bytes of the medium from its start that the target holds. */
  readonly bytes: number;
  /** Files in order, the last one up to where it stands. */
  readonly segments: readonly WrittenSegment[];
  readonly ewf: EwfPosition | null;
  readonly aff4: Aff4Position | null;
}

export const nothingStands: Standing = { bytes: 0, segments: [], ewf: null, aff4: null };

interface Left {
  readonly number: number;
  readonly folder: string;
  /** Without the ending of unfinished files. */
  readonly file: string;
  readonly size: number;
}

/** Files of a target, unfinished or already named, in order of their numbers. */
export function leftOf(target: TargetPlan): readonly Left[] {
  if (target.format === "clone") return [];
  const found = [target.folder, ...target.spare].flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder).flatMap((name) => leftFile(target, folder, name)) : [],
  );
  return found.sort((a, b) => a.number - b.number);
}

function leftFile(target: TargetPlan, folder: string, name: string): Left[] {
  const number = segmentNumber(target, name);
  if (number === null) return [];
  const file = name.endsWith(partialName("")) ? name.slice(0, -partialName("").length) : name;
  return [{ number, folder, file, size: statSync(join(folder, name)).size }];
}

/** Gives files that were already named their unfinished names back: an interruption can come between two of them. */
export function unname(target: TargetPlan): void {
  for (const { folder, file } of leftOf(target)) {
    const path = join(folder, file);
    if (existsSync(path) && !existsSync(partialName(path))) renameSync(path, partialName(path));
  }
}

/** Removes the unfinished files of a target. Returns their names. */
export function removeLeft(target: TargetPlan): string[] {
  return leftOf(target).flatMap(({ folder, file }) => {
    const path = partialName(join(folder, file));
    if (!existsSync(path)) return [];
    rmSync(path);
    return [file];
  });
}

/** What stands of a target; nothing behind `limit` bytes of the medium is believed. Throws what the system refuses. */
export function standingOf(target: TargetPlan, plan: ImagePlan, limit: number): Standing {
  const left = leftOf(target);
  const files = left.filter(({ number }, index) => number === index + 1);
  if (files.length === 0 || limit === 0) return nothingStands;
  if (target.format === "raw") return rawStanding(files, target, plan, limit);
  const opened = files.map((file) => openLeft(file));
  try {
    const segments = opened.map(({ file, source }) => ({ name: file, source }));
    const chunkBytes = target.format === "e01" ? SECTORS_PER_CHUNK * plan.sectorBytes : CHUNK_BYTES;
    const size = plan.size ?? Infinity;
    const mostChunks = limit >= size ? Infinity : Math.floor(limit / chunkBytes);
    if (target.format === "e01") {
      const ewf = resumePointOf(segments, mostChunks);
      if (!ewf || ewf.chunks === 0) return nothingStands;
      const bytes = Math.min(size, ewf.chunks * chunkBytes);
      return { bytes, segments: cut(files, ewf.segment, ewf.at), ewf, aff4: null };
    }
    const aff4 = aff4ResumePointOf(segments[0].source, mostChunks);
    if (!aff4 || aff4.chunks === 0) return nothingStands;
    return { bytes: Math.min(size, aff4.chunks * chunkBytes), segments: cut(files, 1, aff4.at), ewf: null, aff4 };
  } catch (error) {
    // What cannot be read as the start of such an image is written anew.
    if (isEvidenceError(error)) return nothingStands;
    throw error;
  } finally {
    opened.forEach(({ close }) => close());
  }
}

/** Whole sectors, and whole files up to the last: behind one that is too short nothing lies where it should. */
function rawStanding(files: readonly Left[], target: TargetPlan, plan: ImagePlan, limit: number): Standing {
  const most = target.segmentBytes ?? Infinity;
  const short = files.findIndex(({ size }) => size < most);
  const there = short === -1 ? files : files.slice(0, short + 1);
  const held = Math.min(
    limit,
    there.reduce((sum, { size }) => sum + Math.min(size, most), 0),
  );
  const bytes = held === plan.size ? held : held - (held % plan.sectorBytes);
  const segments: WrittenSegment[] = [];
  let left = bytes;
  for (const { folder, file, size } of there) {
    if (left === 0) break;
    segments.push({ folder, file, size: Math.min(size, most, left) });
    left -= Math.min(size, most, left);
  }
  return bytes === 0 ? nothingStands : { bytes, segments, ewf: null, aff4: null };
}

function cut(files: readonly Left[], last: number, at: number): WrittenSegment[] {
  return files
    .slice(0, last)
    .map(({ folder, file, size }, index) => ({ folder, file, size: index === last - 1 ? at : size }));
}

function openLeft({ folder, file }: Left): { file: string; source: FileSource; close: () => void } {
  const descriptor = openSync(partialName(join(folder, file)), "r");
  const source = new FileSource(descriptor, fstatSync(descriptor).size, file);
  return { file, source, close: () => closeSync(descriptor) };
}

/** Removes the files behind those that stand, so that the writer can make them anew. */
export function removeBehind(target: TargetPlan, standing: Standing): void {
  const kept = new Set(standing.segments.map(({ folder, file }) => join(folder, file)));
  for (const { folder, file } of leftOf(target)) {
    const path = join(folder, file);
    if (!kept.has(path)) rmSync(partialName(path), { force: true });
  }
}
