/** Opens what a part of a scan names: a line of the listing, or a file of a folder. */
import { closeSync, fstatSync, openSync } from "node:fs";
import { FolderReader } from "../source/folder-reader.ts";
import type { ByteSource } from "../../native-free/bytes/byte-source.ts";
import { identify } from "../../native-free/typing/index.ts";
import { FileSource } from "../../workers/file-source.ts";
import { listedAt, type ListedItem, type ListedPlace, type ListingHead } from "../examine/image/listing.ts";
import { Media } from "../examine/image/media.ts";
import { openListed } from "../examine/image/open-listed.ts";
import { openFoundImage, findImage, otherMedium } from "../source/image-files.ts";
import { mediumOf } from "../../native-free/layers/resolve.ts";
import type { ScanPart, ScanThreadData } from "./scan-job.ts";
import { SpaceTails } from "../examine/image/space-tail.ts";

export interface OpenedPart {
  /** Forensic path without label. */
  readonly path: string;
  readonly source: ByteSource;
  readonly carve: boolean;
  /** 0 where nobody says. */
  readonly blockBytes: number;
  /** What stands in front of a window of space. */
  readonly lead: Uint8Array;
  close(): void;
}

/** Twice what recognisers look at. */
const leadBytes = 4096;
const noBytes = new Uint8Array(0);
/** Whether it is a window behind another one of free space. */
const isLater = ({ chain }: ListedItem): boolean => /^unallocated@[1-9]/.test(chain.at(-1) ?? "");
const nothingToClose = (): void => undefined;

/** Files of systems that hold memory and whatever was in it. */
const memoryFiles: ReadonlySet<string> = new Set(["pagefile.sys", "swapfile.sys", "hiberfil.sys"]);

export class PartOpener {
  readonly #media: Media | null;
  readonly #tails: SpaceTails | null;
  readonly #rawTails: SpaceTails | null;
  readonly #listing: number | null;
  readonly #folder: FolderReader | null;

  /** Throws OperatorError where the image cannot be opened. */
  constructor({ image, listing, folder }: ScanThreadData) {
    this.#folder = folder === null ? null : new FolderReader(folder);
    if (image === null) {
      this.#media = this.#tails = this.#rawTails = this.#listing = null;
      return;
    }
    const found = findImage(image.path);
    if (!found) throw new Error("what was an image is a folder now");
    const opened = openFoundImage(found);
    const medium = mediumOf(image.snapshot === null ? opened.image : otherMedium(opened, image.snapshot));
    this.#listing = openSync(listing, "r");
    this.#media = new Media(medium, listedAt<ListingHead>(this.#listing, 0).media);
    this.#tails = new SpaceTails(this.#media);
    this.#rawTails = new SpaceTails(this.#media, true);
  }

  /** Null where there is nothing to read. Throws EvidenceError. */
  async open(part: ScanPart): Promise<OpenedPart | null> {
    return part.path === null ? this.#listed(part.line ?? 0) : this.#file(part.item, part.path);
  }

  /** `bytes` are those of its path below the folder, each as a character of Latin-1. */
  async #file(path: string, bytes: string): Promise<OpenedPart> {
    if (!this.#folder) throw new Error("an image has its listing");
    const descriptor = this.#folder.open(Buffer.from(bytes, "latin1"));
    const source = new FileSource(descriptor, fstatSync(descriptor).size, path);
    const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
    const carve = memoryFiles.has(name) || (await identify(source)).id === "unknown";
    return { path, source, carve, blockBytes: 0, lead: noBytes, close: () => closeSync(descriptor) };
  }

  async #listed(line: number): Promise<OpenedPart | null> {
    if (this.#listing === null || !this.#media) throw new Error("a folder has no listing");
    const item = listedAt(this.#listing, line);
    const { place } = item;
    if (place === null) return null;
    const { source } = openListed(this.#media, place);
    if (!source || source.size === 0) return null;
    const opened = { path: item.path, lead: noBytes, close: nothingToClose };
    if (place.what === "space") {
      // Of a medium as it is, what its file system uses belongs to it as well.
      const tails = item.chain.at(-2) === "raw" ? this.#rawTails : this.#tails;
      const blockBytes = tails?.blockBytes(place.medium, place.volume) ?? 0;
      const lead = (isLater(item) && tails?.before(place, leadBytes)) || noBytes;
      return { ...opened, blockBytes, lead, source: tails?.withTail(place) ?? source, carve: true };
    }
    const carve = place.what === "slack" || (!this.#isStructure(place) && (await isCarved(item, source)));
    return { ...opened, blockBytes: 0, source, carve };
  }

  /** Whether it is a file of the file system's own, whose records are known for what they are. */
  #isStructure(place: Extract<ListedPlace, { what: "entry" | "slack" }>): boolean {
    const fileSystem = this.#media?.fileSystem(place.medium, place.volume, place.fileSystem);
    return place.key !== null && fileSystem?.entryOf(place.key)?.kind === "metadata";
  }
}

/** Of files only those whose bytes nobody knows how to read. */
async function isCarved({ name, kind }: ListedItem, source: ByteSource): Promise<boolean> {
  if (kind !== "file") return false;
  return memoryFiles.has(name.text.toLowerCase()) || (await identify(source)).id === "unknown";
}
