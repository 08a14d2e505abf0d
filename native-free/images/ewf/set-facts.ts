/** What a set says of itself and of its medium. */
import { factsOf, type Fact } from "../../model/facts.ts";
import type { EwfStoredMetadata } from "./header-text.ts";
import type { EwfSession } from "./particulars.ts";
import { noGuid, type EwfVolume } from "./volume.ts";

const mediaKinds: Readonly<Record<number, string>> = {
  0: "removable",
  1: "fixed",
  3: "optical",
  14: "logical evidence",
  16: "memory",
};
const compressionLevels: Readonly<Record<number, string>> = { 1: "fast", 2: "best" };
const compressionWords: Readonly<Record<string, string>> = { n: "none", f: "fast", b: "best" };
const PHYSICAL = 2;
const FASTBLOC = 4;
const TABLEAU = 8;

interface Described {
  readonly volume: EwfVolume;
  readonly chunkBytes: number;
  readonly metadata: EwfStoredMetadata | null;
  readonly sessions: readonly EwfSession[];
}

export function factsOfSet({ volume, chunkBytes, metadata, sessions }: Described): Fact[] {
  const { mediaType, mediaFlags, palmStart, smartStart } = volume;
  const kind = mediaType === null ? null : (mediaKinds[mediaType] ?? mediaType);
  const extent = (mediaFlags & PHYSICAL) === 0 ? "logical" : "physical";
  // Before EnCase 5 the field is not set: 0 may mean either.
  const level = compressionLevels[volume.compressionLevel ?? 0];
  const blockers = [mediaFlags & FASTBLOC ? ["FastBloc"] : [], mediaFlags & TABLEAU ? ["Tableau"] : []].flat();
  const features = [
    palmStart > 0 ? [`PALM volume from sector ${palmStart}`] : [],
    smartStart > 0 ? [`SMART logs in the last ${smartStart} sectors`] : [],
  ].flat();
  return [
    ...factsOf({
      ...factsOfMetadata(metadata),
      "media-kind": kind === null ? null : `${kind}, ${extent}`,
      "write-blocker": blockers.join(", "),
      compression: compressionWords[metadata?.compression ?? ""] ?? level,
      "block-bytes": chunkBytes,
      "error-granularity": volume.errorGranularity || null,
      geometry: volume.geometry,
      features: features.join(", "),
      uuid: volume.guid === noGuid ? null : volume.guid,
    }),
    ...sessions.flatMap(({ audio, start }, index) =>
      factsOf({ track: `${index + 1}: ${audio ? "audio" : "data"} from sector ${start}` }),
    ),
  ];
}

export function factsOfMetadata(metadata: EwfStoredMetadata | null): Parameters<typeof factsOf>[0] {
  if (!metadata) return {};
  return {
    creator: metadata.software,
    "creator-platform": metadata.platform,
    acquired: metadata.acquired,
    "system-date": metadata.systemDate,
    "case-number": metadata.caseNumber,
    "evidence-number": metadata.evidenceNumber,
    examiner: metadata.examiner,
    description: metadata.description,
    notes: metadata.notes,
    model: metadata.model,
    serial: metadata.serial,
    label: metadata.label,
    // "0" is what programs write where there is none.
    password: metadata.password === "0" ? null : metadata.password,
    process: metadata.process === "0" ? null : metadata.process,
    "memory-extents": metadata.extents === "0" ? null : metadata.extents,
  };
}
