/** Opens units of an image exhibit: the line of the listing says what the item is, the medium gives its bytes. */
import { openSync } from "node:fs";
import type { ByteSource } from "../../../native-free/bytes/byte-source.ts";
import { isEvidenceError } from "../../../native-free/model/errors.ts";
import type { Beside } from "../../../native-free/model/extraction.ts";
import { finding, type Finding } from "../../../native-free/model/findings.ts";
import { worse, type Reason, type Status } from "../../../native-free/model/item.ts";
import { nameOf, type Carvable } from "../../../workers/examine-content.ts";
import { isMachineFault } from "../../../workers/machine-fault.ts";
import type { Occurrence } from "../../../workers/examine-unit.ts";
import type { Units } from "../container-unit.ts";
import type { OpenUnit } from "../folder-unit.ts";
import { listedBeside } from "../listed-beside.ts";
import { openExhibitImage } from "./exhibit-image.ts";
import type { ImageJob } from "./image-job.ts";
import { listedAt, type ListedItem, type ListedPlace, type ListingHead } from "./listing.ts";
import { Media } from "./media.ts";
import { openListed } from "./open-listed.ts";
import { SpaceTails } from "./space-tail.ts";
import { readContent } from "./read-content.ts";

const nothingToClose = () => undefined;

export interface ImageUnitOptions {
  readonly image: ImageJob;
  /** See `readContent`. */
  readonly holeLimitBytes: number;
  readonly beat: () => void;
  /** A mistake of ours outside the readers of contents. */
  readonly onFault: (id: string, error: unknown) => void;
}

export class ImageUnits implements Units {
  readonly #options: ImageUnitOptions;
  readonly #listing: number;
  readonly #media: Media;
  readonly #tails: SpaceTails;

  /** Throws OperatorError and `sourceGoneCode` like `openExhibitImage`. */
  constructor(options: ImageUnitOptions) {
    this.#options = options;
    this.#listing = openSync(options.image.listing, "r");
    const { media } = listedAt<ListingHead>(this.#listing, 0);
    this.#media = new Media(openExhibitImage(options.image, options.beat), media);
    this.#tails = new SpaceTails(this.#media);
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
    const { source, treatment, extents, findings } = openListed(this.#media, place);
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
      content: read.content && {
        ...read.content,
        ...{ treatment, carvable: this.#carvableIn(place), beside: this.#besideOf(place, occurrence) },
      },
      ...(isEmpty ? { isEmpty } : {}),
      close: nothingToClose,
    };
  }

  /** Nothing for deleted files: what stood beside them is not what stands there now. */
  #besideOf(place: ListedPlace, { nameClaim, name }: Occurrence): Beside | null {
    if (place.what !== "entry" || place.treatment !== "full" || nameClaim !== "allocated") return null;
    return listedBeside(name.text, () => {
      const fileSystem = this.#media.fileSystem(place.medium, place.volume, place.fileSystem);
      const directory = place.directory === null ? null : fileSystem.entryOf(place.directory);
      const files = new Map<string, () => ByteSource | null>();
      for (const entry of fileSystem.list(directory)) {
        this.#options.beat();
        if (entry.kind !== "file" || entry.nameClaim !== "allocated" || files.has(entry.name.text)) continue;
        files.set(entry.name.text, () => fileSystem.open(entry));
      }
      return files;
    });
  }

  /** Of files only those of no known type are carved (not here known yet), never structures of the file system. */
  #carvableIn(place: ListedPlace): Carvable | null {
    if (place.what === "entry") return place.treatment === "strings" ? null : { beyond: null, blockBytes: 0 };
    const blockBytes = this.#tails.blockBytes(place.medium, place.volume);
    return { beyond: place.what === "space" ? this.#tails.withTail(place) : null, blockBytes };
  }
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
