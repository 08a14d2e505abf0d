/** Opens units of an image exhibit: the line of the listing says what the item is, the medium gives its bytes. */
import { openSync } from "node:fs";
import type { ByteSource } from "../../../native-free/bytes/byte-source.ts";
import type { FileExtent, FileSystem, FileSystemEntry } from "../../../native-free/filesystems/file-system.ts";
import { openRanges, slackSource } from "../../../native-free/layers/derived.ts";
import { isEvidenceError } from "../../../native-free/model/errors.ts";
import { finding, type Finding } from "../../../native-free/model/findings.ts";
import { worse, type ItemExtent, type Reason, type Status } from "../../../native-free/model/item.ts";
import type { Treatment } from "../../../native-free/model/prepared.ts";
import { isMachineFault, nameOf } from "../../../workers/examine-content.ts";
import type { Occurrence } from "../../../workers/examine-unit.ts";
import type { Units } from "../container-unit.ts";
import type { OpenUnit } from "../folder-unit.ts";
import { openExhibitImage } from "./exhibit-image.ts";
import type { ImageJob } from "./image-job.ts";
import { listedAt, type ListedItem, type ListedPlace, type ListingHead } from "./listing.ts";
import { Media } from "./media.ts";
import { readContent } from "./read-content.ts";

/** Pieces of one item that are recorded; a content beyond is read in full all the same. */
const keptExtents = 4096;
const nothingToClose = () => undefined;

export interface ImageUnitOptions {
  readonly image: ImageJob;
  /** See `readContent`. */
  readonly holeLimitBytes: number;
  readonly beat: () => void;
  /** A mistake of ours outside the readers of contents. */
  readonly onFault: (id: string, error: unknown) => void;
}

interface Opened {
  readonly source: ByteSource | null;
  readonly treatment: Treatment;
  readonly extents: readonly ItemExtent[];
  readonly findings: readonly Finding[];
}

export class ImageUnits implements Units {
  readonly #options: ImageUnitOptions;
  readonly #listing: number;
  readonly #media: Media;

  /** Throws OperatorError and `sourceGoneCode` like `openExhibitImage`. */
  constructor(options: ImageUnitOptions) {
    this.#options = options;
    this.#listing = openSync(options.image.listing, "r");
    const { media } = listedAt<ListingHead>(this.#listing, 0);
    this.#media = new Media(openExhibitImage(options.image, options.beat), media);
  }

  open(order: number, untouched: boolean): OpenUnit {
    const { place, ...item } = listedAt(this.#listing, order);
    const occurrence = occurrenceOf(item);
    if (place === null || untouched) return { occurrence, content: null, close: nothingToClose };
    try {
      return this.#openPlace(occurrence, place);
    } catch (error) {
      if (isMachineFault(error)) throw error;
      if (isEvidenceError(error)) return failed(occurrence, "damaged", finding(error.code, error.params));
      this.#options.onFault(occurrence.id, error);
      return failed(occurrence, "fault", finding("engine/fault", { reader: "medium", error: nameOf(error) }));
    }
  }

  #openPlace(occurrence: Occurrence, place: ListedPlace): OpenUnit {
    const { source, treatment, extents, findings } = this.#opened(place);
    const item: Occurrence = {
      ...occurrence,
      findings: [...occurrence.findings, ...findings],
      ...(extents.length > 0 ? { extents } : {}),
    };
    if (!source) return { occurrence: item, content: null, close: nothingToClose };
    const { holeLimitBytes, beat } = this.#options;
    const read = readContent(source, occurrence.path, holeLimitBytes, beat);
    // What nobody wrote is no item; the unit counts it.
    const isEmpty = read.isZero && occurrence.origin === "slack" && occurrence.kind === "space";
    return {
      occurrence: { ...item, ...worse(item, read.outcome), findings: [...item.findings, ...read.findings] },
      content: read.content && { ...read.content, treatment },
      ...(isEmpty ? { isEmpty } : {}),
      close: nothingToClose,
    };
  }

  #opened(place: ListedPlace): Opened {
    if (place.what === "space") {
      const { source } = this.#media.volume(place.medium, place.volume);
      const extents = place.ranges.map((range) => ({ ...range, state: "intact" as const }));
      return { source: openRanges(source, place.ranges), treatment: "strings", ...recorded(extents) };
    }
    const fileSystem = this.#media.fileSystem(place.medium, place.volume, place.fileSystem);
    const entry = place.key === null ? null : fileSystem.entryOf(place.key);
    if (place.key !== null && entry === null) throw new Error("the file system does not know its own key");
    if (place.what === "slack") return this.#slack(place, fileSystem, entry);
    const source = place.read && entry ? fileSystem.open(entry) : null;
    return { source, treatment: place.treatment, ...recorded(fileSystem.extentsOf(entry)) };
  }

  #slack(place: ListedPlace, fileSystem: FileSystem, entry: FileSystemEntry | null): Opened {
    const { source: volume } = this.#media.volume(place.medium, place.volume);
    const source = entry && slackSource(fileSystem, volume, entry);
    if (!source) throw new Error("there is no slack where some was listed");
    const extents = fileSystem.slackOf(entry).map(({ start, length }) => ({ start, length, state: "intact" as const }));
    return { source, treatment: "strings", ...recorded(extents.filter(({ length }) => length > 0)) };
  }
}

function recorded(all: readonly FileExtent[]): Pick<Opened, "extents" | "findings"> {
  const extents = all.slice(0, keptExtents).map(({ start, length, state }): ItemExtent => {
    const isThere = state !== "missing" && state !== "overwritten";
    return { start, length, kind: !isThere ? "missing" : start === null ? "sparse" : "data", state };
  });
  if (all.length <= keptExtents) return { extents, findings: [] };
  return { extents, findings: [finding("medium/extents-cut", { count: all.length, kept: keptExtents })] };
}

function occurrenceOf({ chain, times = [], findings = [], ...item }: Omit<ListedItem, "place">): Occurrence {
  return { ...item, chain: chain.map((key) => Buffer.from(key, "utf8")), times, findings, depth: 0 };
}

function failed(occurrence: Occurrence, reason: Reason, found: Finding): OpenUnit {
  const outcome: { status: Status; reason: Reason } = { status: "failed", reason };
  const findings = [...occurrence.findings, found];
  return {
    occurrence: { ...occurrence, ...worse(occurrence, outcome), findings },
    content: null,
    close: nothingToClose,
  };
}
