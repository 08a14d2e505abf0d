/** Finds the files of an image on a disk and opens the medium that they hold. */
import { readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  imageFormatOf,
  imageFormats,
  probeOf,
  type DiskImage,
  type ImageFormat,
  type ImageProbe,
  type ImageSegment,
  type ImageSurroundings,
  type SetMember,
} from "../../native-free/images/index.ts";
import { logicalFormatOf, logicalFormats, type LogicalFormat } from "../../native-free/images/logical-index.ts";
import { LogicalMedium } from "../../native-free/layers/logical-medium.ts";
import { nameAmong } from "../../native-free/images/image-format.ts";
import { EvidenceError, isEvidenceError } from "../../native-free/model/errors.ts";
import { sentenceOf } from "../../native-free/model/findings.ts";
import { infoSays, mediumSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { OpenFiles, SegmentSource } from "./segment-source.ts";

/** The files of an image in their order, and the format that they are in. */
export interface FoundImage {
  /** Id of the registration. */
  readonly format: string;
  /** True where a signature says so, false where only nothing else fits (raw). */
  readonly signed: boolean;
  /** Of the files; the image itself where it is a folder. */
  readonly folder: string;
  readonly names: readonly string[];
}

/** A snapshot or track that the image holds beside its medium. Throws OperatorError where there is none of that name. */
export function otherMedium({ image, files }: OpenedDiskImage, name: string): DiskImage {
  const others = image.others ?? [];
  const found = others.find((each) => each.name === name);
  const path = files[0]?.path ?? "-";
  if (!found)
    throw new OperatorError(
      "source/no-such-medium",
      infoSays.noSuchMedium(
        path,
        name,
        others.map((each) => each.name),
      ),
    );
  try {
    return found.open();
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    const problem = sentenceOf({ code: error.code, params: error.params, offset: null, length: null });
    throw new OperatorError("source/no-image", mediumSays.notAnImage(`${path} (${name})`, problem));
  }
}

export interface OpenedDiskImage {
  readonly image: DiskImage;
  /** Absolute or as given, those of parents and extents included as far as they were opened. */
  readonly files: readonly SegmentSource[];
  close(): void;
}

/** Chains of parents are not longer; every link costs reads. */
const longestChain = 64;

/**
 * The image that a file (any of its files) or a folder belongs to; null for a folder that is none. Segments that were renamed
 * are found by what they say of themselves. Throws OperatorError where the path cannot be read.
 */
export function findImage(path: string): FoundImage | null {
  if (statSync(path).isDirectory()) return findFolderImage(path);
  const folder = dirname(path);
  const own = basename(path);
  const open = new OpenFiles();
  try {
    const segment = { name: own, source: new SegmentSource(path, open) };
    const probe = probeOf(segment);
    const format = formatOf(segment, probe);
    const names = plainFiles(folder);
    const byName = format.segmentsOf(own, names);
    return {
      format: format.registration.id,
      signed: format.detect(probe) === "certain" || logicalFormats.includes(format as LogicalFormat),
      folder,
      names: withRenamed({ format, folder, names, own: segment, open }, byName),
    };
  } finally {
    open.closeAll();
  }
}

/** Where neither an image nor logical evidence is certain, opening decides. */
function formatOf(segment: ImageSegment, probe: ImageProbe): ImageFormat | LogicalFormat {
  const image = imageFormatOf(probe);
  const logical = logicalFormatOf(probe);
  if (logical === null || logical.detect(probe) === "certain") return logical ?? image;
  if (image.detect(probe) === "certain") return image;
  try {
    logical.open([segment]);
    return logical;
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    return image;
  }
}

/** Whether it holds single files and no medium. */
export function isLogical({ format }: FoundImage): boolean {
  return logicalFormats.some(({ registration }) => registration.id === format);
}

/** Opens what `findImage` found. Throws OperatorError where a file cannot be read or nothing of the medium can be had. */
export function openFoundImage(found: FoundImage): OpenedDiskImage {
  return new ImageOpener().open(found);
}

function findFolderImage(path: string): FoundImage | null {
  const names = folderNames(path);
  const format = imageFormats.find((each) => each.detectFolder?.(names));
  if (!format) return null;
  return { format: format.registration.id, signed: true, folder: path, names: format.segmentsOf("", names) };
}

interface Neighbourhood {
  readonly format: ImageFormat | LogicalFormat;
  readonly folder: string;
  readonly names: readonly string[];
  readonly own: ImageSegment;
  readonly open: OpenFiles;
}

/**
 * Adds files of the same set whose numbers the names do not give; the names stay in front where all is well. A file that belongs
 * to another set by its content stays where nothing takes its place: opening says so.
 */
function withRenamed({ format, folder, names, own, open }: Neighbourhood, byName: readonly string[]): string[] {
  const member = format.memberOf?.(own) ?? null;
  if (!format.memberOf || !member) return [...byName];
  const memberOf = (name: string): SetMember | null => {
    try {
      const source = new SegmentSource(join(folder, name), open);
      return format.memberOf?.({ name, source }) ?? null;
    } catch (error) {
      // A neighbour that cannot be read is no member; one of the set is told of when it is opened.
      if (error instanceof OperatorError) return null;
      throw error;
    }
  };
  const given = byName.map((name) => ({ name, is: name === own.name ? member : memberOf(name) }));
  const isOurs = (is: SetMember | null): boolean => !is || is.set === member.set;
  const numbers = new Set(given.flatMap(({ is }) => (is?.set === member.set ? [is.number] : [])));
  const found = new Map<number, string>();
  for (const name of names) {
    if (byName.includes(name)) continue;
    const is = memberOf(name);
    if (is?.set !== member.set || numbers.has(is.number) || found.has(is.number)) continue;
    // Media of one size look alike: what stands among segments of its own name is theirs.
    if (is.likely && format.segmentsOf(name, names).length > 1) continue;
    found.set(is.number, name);
  }
  const kept = given.filter(({ is }) => isOurs(is) || !found.has(is?.number ?? 0)).map(({ name }) => name);
  return [...kept, ...[...found].sort(([a], [b]) => a - b).map(([, name]) => name)];
}

function plainFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [] : [entry.name]));
}

/** Files in a folder and in its folders. */
function folderNames(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? plainFiles(join(folder, entry.name)).map((name) => `${entry.name}/${name}`) : [entry.name],
  );
}

/** Opens an image and what it refers to, within its folder. */
class ImageOpener {
  readonly #open = new OpenFiles();
  readonly #files = new Map<string, SegmentSource>();
  /** First files of the images that are being opened, to end a circle. */
  readonly #chain: string[] = [];

  open(found: FoundImage): OpenedDiskImage {
    try {
      const image = this.#image(found);
      const files = this.#files;
      return {
        image,
        get files() {
          return [...files.values()];
        },
        close: () => this.#open.closeAll(),
      };
    } catch (error) {
      this.#open.closeAll();
      if (!isEvidenceError(error)) throw error;
      const problem = sentenceOf({ code: error.code, params: error.params, offset: null, length: null });
      throw new OperatorError(
        "source/no-image",
        mediumSays.notAnImage(join(found.folder, found.names[0] ?? ""), problem),
      );
    }
  }

  #image({ format: id, folder, names }: FoundImage): DiskImage {
    const logical = logicalFormats.find(({ registration }) => registration.id === id);
    const format = imageFormats.find(({ registration }) => registration.id === id);
    // What cannot be read is refused here.
    const segments = names.map((name) => ({ name, source: this.#segment(join(folder, name)) }));
    const first = realpathSync(join(folder, names[0] ?? ""));
    if (this.#chain.includes(first) || this.#chain.length >= longestChain) {
      throw new EvidenceError("image/parent-cycle");
    }
    this.#chain.push(first);
    try {
      if (logical) return new LogicalMedium(logical.open(segments));
      if (!format) throw new Error(`no image format ${id} is registered`);
      return format.open(segments, this.#surroundings(folder, format.detectFolder !== undefined));
    } finally {
      this.#chain.pop();
    }
  }

  #surroundings(folder: string, deep: boolean): ImageSurroundings {
    let listed: readonly string[] | null = null;
    const names = () => (listed ??= deep ? folderNames(folder) : plainFiles(folder));
    return {
      get names() {
        return names();
      },
      segment: (name) => {
        const there = nameAmong(names(), name);
        if (there === null) return null;
        try {
          return { name: there, source: this.#segment(join(folder, there)) };
        } catch (error) {
          if (error instanceof OperatorError) return null;
          throw error;
        }
      },
      image: (name) => {
        const there = nameAmong(names(), name);
        const found = there === null ? null : findImage(join(folder, there));
        return found && this.#image(found);
      },
    };
  }

  #segment(path: string): SegmentSource {
    const known = this.#files.get(path);
    if (known) return known;
    const made = new SegmentSource(path, this.#open);
    this.#files.set(path, made);
    return made;
  }
}
