/** Findings of image formats. */
import type { FindingKind } from "./findings.ts";

export const imageFindings = {
  "structure/number-too-large": {
    severity: "loss",
    text: "A size or offset is larger than any that can exist.",
    advice: "The structure is damaged or forged; what lies before it was read.",
  },
  "image/not-recognised": {
    severity: "loss",
    text: "None of the {segments} files is an image of this format.",
    advice: "Check that the right files were given.",
  },
  "image/encrypted": {
    severity: "loss",
    text: "The image is encrypted as a whole ({scheme}).",
    advice: "Decrypt it with the program that made it and register the result.",
  },
  "image/logical-evidence": {
    severity: "loss",
    text: "It holds logical evidence (L01), single files and not a medium.",
    advice: "Export its files with the program that made it and register the folder.",
  },
  "image/no-volume": {
    severity: "loss",
    text: "No segment says how large the medium is.",
    advice: "Look for the first segment of the set, or another copy.",
  },
  "image/implausible": {
    severity: "loss",
    text: "It declares {sectors} sectors of {bytesPerSector} bytes in chunks of {sectorsPerChunk}, which cannot be.",
    advice: "The structure is damaged or forged; look for another copy.",
  },
  "image/two-images": {
    severity: "loss",
    text: "Segment {segment} can be read as two different images: offset and length of a section lead to different places.",
    advice: "It was made so. Ask who made it; do not rely on what any program shows of it.",
  },
  "image/segment-header": {
    severity: "anomaly",
    text: "Segment {segment} does not begin with a valid header of that number; its place in the set comes from its name.",
    advice: "Compare with another copy of this segment.",
  },
  "image/segment-foreign": {
    severity: "anomaly",
    text: "{files} of the files given are no segments of this set; they were left out.",
    advice: "Check that the right files were given.",
  },
  "image/segment-twice": {
    severity: "anomaly",
    text: "Segment {segment} was given more than once; the first was used.",
    advice: "Keep one of the files and compare them.",
  },
  "image/segment-missing": {
    severity: "loss",
    text: "Segment {segment} is missing.",
    advice: "Look for the file; its part of the medium reads as zeros and is named as missing.",
  },
  "image/last-segment-missing": {
    severity: "loss",
    text: "Segment {segment}, the last one given, says that another follows.",
    advice: "Look for the segments that follow; the end of the medium is named as missing.",
  },
  "image/chain-cut": {
    severity: "loss",
    text: "The chain of sections in segment {segment} is cut at byte {at} ({problem}); sections behind it were searched for.",
    advice: "The file is truncated or damaged; compare with another copy.",
  },
  "image/section-size": {
    severity: "anomaly",
    text: "Offset and length of a section in segment {segment} at byte {at} disagree; only one of them leads on.",
    advice: "The file was damaged or changed; compare with another copy.",
  },
  "image/section-damaged": {
    severity: "anomaly",
    text: "Section {section} in segment {segment} fails its checksum or cannot be unpacked.",
    advice: "What it says (hash, metadata, list of bad sectors) was not used.",
  },
  "image/table-replaced": {
    severity: "anomaly",
    text: "A table of segment {segment} fails its checksum; its copy is intact and was used.",
    advice: "Nothing is lost; compare with another copy of the image.",
  },
  "image/table-copy-damaged": {
    severity: "anomaly",
    text: "The copy of a table in segment {segment} is absent or fails its checksum; the table itself is intact.",
    advice: "Nothing is lost; compare with another copy of the image.",
  },
  "image/tables-differ": {
    severity: "anomaly",
    text: "A table of segment {segment} and its copy are both intact and differ; the first was used.",
    advice: "No acquisition program writes that. Ask who handled the image.",
  },
  "image/table-unverified": {
    severity: "anomaly",
    text: "A table of segment {segment} and its copy both fail their checksums; it was used, and every chunk is checked.",
    advice: "Chunks that cannot be found are named as unreadable.",
  },
  "image/table-missing": {
    severity: "loss",
    text: "Chunks in segment {segment} have no table that says where they are.",
    advice: "What of them could not be found by itself is named as missing; look for another copy.",
  },
  "image/chunks-walked": {
    severity: "anomaly",
    text: "{chunks} chunks of segment {segment} that no table names were found one behind the other, each by its own checksum.",
    advice: "Their bytes are right; whether more followed cannot be told. Look for another copy.",
  },
  "image/volume-replaced": {
    severity: "anomaly",
    text: "The description of the medium is absent or damaged; its copy in segment {segment} was used.",
    advice: "Nothing is lost; compare with another copy of the image.",
  },
  "image/volumes-differ": {
    severity: "anomaly",
    text: "Segment {segment} describes another medium than the set, or belongs to another set.",
    advice: "Check that the segments belong together.",
  },
  "image/chunk-count": {
    severity: "anomaly",
    text: "The medium has {expected} chunks; its description says {declared} and its tables name {found}.",
    advice: "What has no chunk is named as missing.",
  },
  "image/chunks-missing": {
    severity: "loss",
    text: "{chunks} chunks of the medium are in none of the segments.",
    advice: "They read as zeros and are named as missing; look for the other segments.",
  },
  "image/position-unknown": {
    severity: "loss",
    text: "{chunks} chunks lie between two gaps of unknown length: where they belong on the medium cannot be told.",
    advice: "Find the missing segments; these chunks are named as unknown until then.",
  },
  "image/bad-chunk": {
    severity: "loss",
    text: "The data of chunk {chunk} in segment {segment} is damaged ({problem}), {chunks} in a row.",
    advice: "It reads as zeros and is named as unreadable; compare with another copy.",
  },
  "image/source-errors": {
    severity: "loss",
    text: "{sectors} sectors could not be read from the medium when it was acquired.",
    advice: "They read as zeros and are named as unreadable; acquire again if the medium still exists.",
  },
  "image/raw-segment-size": {
    severity: "anomaly",
    text: "Segment {segment} has {bytes} bytes where the others have {expected}.",
    advice:
      "What a shorter one lacks is named as missing; behind a longer one everything may be misplaced. Compare with another copy.",
  },
} as const satisfies Record<string, FindingKind>;
