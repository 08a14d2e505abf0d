/** What image is to be written where, and how its files are called. */
import { ewfSegmentName, ewfSegmentNumber } from "../../native-free/images/ewf/segment-name.ts";

export const imageFormats = ["raw", "e01"] as const;
export type ImageFormat = (typeof imageFormats)[number];
export const compressions = ["none", "fast", "best"] as const;
export type Compression = (typeof compressions)[number];

export interface ImagePlan {
  readonly folder: string;
  /** Name of the files without their ending. */
  readonly stem: string;
  readonly format: ImageFormat;
  /** Raw images hold the bytes as they are. */
  readonly compression: Compression;
  /** No file is larger; null for one file whatever its size (raw only). */
  readonly segmentBytes: number | null;
  /** Of the medium. */
  readonly size: number;
  readonly sectorBytes: number;
  /** What the header of an E01 says; "" where it is not known. */
  readonly said: {
    readonly caseNumber: string;
    readonly evidenceNumber: string;
    readonly examiner: string;
    readonly description: string;
    readonly model: string;
    readonly serial: string;
    /** True for a whole physical medium, false for a file or a partition. */
    readonly physical: boolean;
    readonly removable: boolean;
  };
}

/** Bytes of a slot of the rings: small enough to stay in a core's cache, and whole chunks of every format. */
export const slotBytes = 256 * 1024;
export const treeBlockBytes = 1024 * 1024;
/** EnCase and FTK read segments up to this size; a multiple of every sector size. */
export const usualSegmentBytes = 2000 * 1024 * 1024;
export const leastSegmentBytes = 1024 * 1024;

/** The plain name of segment `number`, from 1. */
export function segmentName({ stem, format, segmentBytes }: ImagePlan, number: number): string {
  if (format === "e01") return `${stem}.${ewfSegmentName(number)}`;
  return segmentBytes === null ? `${stem}.raw` : `${stem}.${String(number).padStart(3, "0")}`;
}

/** True where `name` is what an image of this stem calls an unfinished file. */
export function isPartialOf(stem: string, name: string): boolean {
  if (!name.startsWith(`${stem}.`) || !name.endsWith(".partial")) return false;
  const ending = name.slice(stem.length + 1, -".partial".length);
  return ending === "raw" || /^\d{3,}$/.test(ending) || (/^E/.test(ending) && ewfSegmentNumber(ending) !== null);
}

/** How many threads share what: hashing first, since its slowest sequential hash is the limit. */
export function hashGroups(
  cores: number,
): readonly { readonly algorithms: readonly string[]; readonly tree: boolean }[] {
  if (cores < 4) {
    return [
      { algorithms: ["md5"], tree: false },
      { algorithms: ["sha1", "sha256"], tree: true },
    ];
  }
  return [
    { algorithms: ["md5"], tree: false },
    { algorithms: ["sha1", "sha256"], tree: false },
    { algorithms: [], tree: true },
  ];
}
