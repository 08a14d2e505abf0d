/** Findings of AFF4 images. */
import type { FindingKind } from "./findings.ts";

export const aff4Findings = {
  "aff4/logical": {
    severity: "loss",
    text: "It holds logical evidence (AFF4-L), single files and not a medium.",
    advice: "Open it as the archive that it is, or export its files with the program that made it.",
  },
  "aff4/no-image": {
    severity: "loss",
    text: "None of the {volumes} volumes names an image whose data can be found.",
    advice: "Look for the other volumes of the set, or another copy.",
  },
  "aff4/directory-lost": {
    severity: "loss",
    text: "The ZIP directory of volume {volume} is gone; {members} members in front of the damage were found without it.",
    advice: "The file is truncated or damaged; compare with another copy.",
  },
  "aff4/directory-damaged": {
    severity: "anomaly",
    text: "The ZIP directory of volume {volume} is damaged or does not name as many members as it says.",
    advice: "Members in front of the damage were found without it; compare with another copy.",
  },
  "aff4/metadata-lost": {
    severity: "loss",
    text: "The description of the image (information.turtle) is gone: the layout was concluded from the data themselves.",
    advice: "Size and gaps may be wrong, and no stored hash can be checked; look for another copy.",
  },
  "aff4/metadata-damaged": {
    severity: "anomaly",
    text: "The description of volume {volume} fails its checksum or has {statements} statements that cannot be read.",
    advice: "What could be read was used; compare with another copy.",
  },
  "aff4/member-damaged": {
    severity: "anomaly",
    text: "A member of volume {volume} ({member}) fails its checksum; it was used as it is.",
    advice: "Compare with another copy of the image.",
  },
  "aff4/volume-foreign": {
    severity: "anomaly",
    text: "{files} of the files given belong to no image of this set; they were left out.",
    advice: "Check that the right files were given.",
  },
  "aff4/stream-missing": {
    severity: "loss",
    text: "{streams} of the streams that hold the data are in none of the volumes given.",
    advice: "Look for the other volumes of the set; their part of the medium reads as zeros and is named as missing.",
  },
  "aff4/bevies-missing": {
    severity: "loss",
    text: "{bevies} of {expected} groups of chunks are not there or have no index.",
    advice: "They read as zeros and are named as missing; look for another copy.",
  },
  "aff4/stream-unsupported": {
    severity: "loss",
    text: "{streams} of the streams are encrypted or described in a way that is not understood ({reason}).",
    advice: "Their part of the medium is named as missing; use the program that made the image.",
  },
  "aff4/map-missing": {
    severity: "loss",
    text: "The map of the image cannot be read; its data are shown in the order in which they are stored.",
    advice: "Offsets may be wrong; look for another copy.",
  },
  "aff4/map-damaged": {
    severity: "loss",
    text: "{entries} entries of the map lie outside the medium or lead nowhere.",
    advice: "The medium there is named as missing; compare with another copy.",
  },
  "aff4/map-overlap": {
    severity: "anomaly",
    text: "{entries} entries of the map overlap others; the first was used.",
    advice: "Acquisition programs do not write that. Ask who handled the image.",
  },
  "aff4/map-hash": {
    severity: "anomaly",
    text: "The map of the image is not the one that its description vouches for ({property}).",
    advice: "The image was changed after it was made, or damaged. Compare with another copy.",
  },
  "aff4/block-hashes": {
    severity: "anomaly",
    text: "The list of {algorithm} hashes of the chunks in volume {volume} is not the one that the description vouches for.",
    advice: "The image was changed after it was made, or damaged. Compare with another copy.",
  },
  "aff4/several-images": {
    severity: "note",
    text: "The volume names {images} images; the first is shown.",
    advice: "Open the others with the program that made the image.",
  },
  "aff4/sizes-differ": {
    severity: "anomaly",
    text: "The image is said to have {declared} bytes and its map {mapped}; the map was used.",
    advice: "Compare with another copy of the image.",
  },
  "aff4/unknown-data": {
    severity: "note",
    text: "{bytes} bytes of the medium were not acquired on purpose.",
    advice: "They read as zeros and are named as unknown; acquire again if they matter.",
  },
  "aff4/hash-over-filler": {
    severity: "note",
    text: "The stored hash {algorithm} counts what could not be read as filler text, as the standard has it.",
    advice: "It is not compared with the hash over zeros; a reader that fills as the standard says confirms it.",
  },
} as const satisfies Record<string, FindingKind>;
