/** The flags of `vestige acquire` for media, and the plan that they make. */
import { randomBytes, randomUUID } from "node:crypto";
import { basename, dirname, resolve } from "node:path";
import type { CheckedSource } from "../acquire/image/checked-source.ts";
import {
  compressions,
  hashNames,
  targetFormats,
  usualHashes,
  type HashName,
  type TargetFormat,
} from "../acquire/image/image-body.ts";
import { isFolder, overridable, type Override } from "../acquire/image/refusals.ts";
import { leastSegmentBytes, usualSegmentBytes, type ImagePlan, type TargetPlan } from "../acquire/image/image-plan.ts";
import { toolIdentity } from "../custody/tool-identity.ts";
import { imageSays, logicalSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { flagList, flagText, type Flag, type FlagValues } from "./command.ts";

export const imageFlags: readonly Flag[] = [
  {
    name: "format",
    value: "NAME",
    summary: "of a device, file or stream: raw, e01, aff4 or clone; of a folder: aff4-l (default: registered in place)",
    choices: [...targetFormats, "aff4-l"],
  },
  {
    name: "compression",
    value: "HOW",
    summary: "of e01 (deflate) and aff4 (fast: LZ4, best: deflate); default: fast",
    choices: compressions,
  },
  {
    name: "segment-size",
    value: "SIZE",
    summary: "no file of the image is larger, as 650M or 2G (default: e01 2000M, raw one file)",
  },
  { name: "to", value: "PATH", summary: "image without a case: folder and name without ending; of a clone the device" },
  {
    name: "also",
    value: "FORMAT:PATH",
    repeat: true,
    summary: "written in the same read: raw:DIR/NAME, e01:DIR/NAME, aff4:DIR/NAME or clone:DEVICE",
  },
  {
    name: "spare",
    value: "DIR",
    repeat: true,
    summary: "folder to go on in when the one before is full (split raw, e01, aff4)",
  },
  { name: "hash", value: "NAME", repeat: true, summary: "beside MD5, SHA-1 and SHA-256", choices: hashNames.slice(3) },
  {
    name: "resume",
    summary: "continue an interrupted image (also done without, where there is one and the flags agree)",
  },
  { name: "restart", summary: "give up an interrupted image, remove its files and begin anew" },
  {
    name: "when-full",
    value: "WHAT",
    summary: "wait for space (default) or stop, to be continued later",
    choices: ["wait", "stop"],
  },
  { name: "reread", summary: "read every place twice and list sectors that differ; half the speed" },
  { name: "no-triage", summary: "no first look at what passes" },
  { name: "independent", summary: "verify with another maker's reader, too, where one is installed (ewfverify)" },
  { name: "as-file", summary: "take a file with its bytes as they are, also where it is an image" },
  {
    name: "excess",
    value: "WHAT",
    summary: "of a clone onto something larger: keep (default) or zero",
    choices: ["keep", "zero"],
  },
  { name: "confirm", value: "DEVICE", repeat: true, summary: "each device that a clone overwrites, once more" },
  {
    name: "override",
    value: "CODE",
    repeat: true,
    summary: "acquire in spite of a refusal; it is recorded",
    choices: overridable,
  },
];

/** Flags that decide the bytes of the image; an interrupted one is continued with those of its announcement. */
const planFlags = ["format", "compression", "segment-size", "also", "spare", "hash", "excess"] as const;

/** What an acquisition makes: an image of a medium, a container of a folder's files, or the entry of a folder in place. */
export type Kind = "image" | "container" | "in-place";

/** Throws OperatorError where the flags do not fit what the source is. */
export function kindAsked(source: string, flags: FlagValues): Kind {
  const format = flagText(flags, "format");
  if (source === "-" || !isFolder(source)) {
    if (format === "aff4-l") throw new OperatorError("usage/format", logicalSays.notAFolder(resolve(source)));
    return "image";
  }
  const taken = format === "aff4-l" ? ["format", "to", "resume"] : [];
  const asked = imageFlags.find(({ name }) => flags[name] !== undefined && !taken.includes(name));
  if (asked) throw new OperatorError("usage/format", imageSays.formatForFolder(resolve(source)));
  return format === "aff4-l" ? "container" : "in-place";
}

export function overridesOf(flags: FlagValues): readonly Override[] {
  return overridable.filter((code) => flagList(flags, "override").includes(code));
}

/** Where the first target goes. */
export interface Place {
  readonly folder: string;
  readonly stem: string;
}

export type Said = Pick<ImagePlan["said"], "caseNumber" | "evidenceNumber" | "examiner" | "description">;

export function planOf(source: CheckedSource, flags: FlagValues, place: Place, said: Said): ImagePlan {
  const format = targetFormats.find((name) => name === flagText(flags, "format"));
  if (!format) throw new OperatorError("usage/format", imageSays.formatMissing());
  const { facts, size, sectorBytes, kind } = source;
  const tool = toolIdentity();
  return {
    size,
    sectorBytes,
    hashes: hashNames.filter((name) => wantedHashes(flags).includes(name)),
    targets: [firstTarget(format, flags, place), ...flagList(flags, "also").map((text) => alsoTarget(text, flags))],
    acquired: new Date().toISOString(),
    software: `${tool.name} ${tool.version}`,
    said: {
      ...said,
      model: facts.model ?? "",
      serial: facts.serial ?? "",
      physical: kind === "device" && facts.kind === "disk",
      removable: facts.removable === true,
    },
  };
}

function wantedHashes(flags: FlagValues): readonly HashName[] {
  return [...usualHashes, ...(flagList(flags, "hash") as HashName[])];
}

function firstTarget(format: TargetFormat, flags: FlagValues, place: Place): TargetPlan {
  const folder = format === "clone" ? resolve(place.folder, place.stem) : place.folder;
  const spare = flagList(flags, "spare").map((path) => resolve(path));
  return targetOf(format, { folder, stem: format === "clone" ? "" : place.stem }, flags, spare);
}

/** `FORMAT:PATH` */
function alsoTarget(text: string, flags: FlagValues): TargetPlan {
  const [name, path] = [text.slice(0, text.indexOf(":")), text.slice(text.indexOf(":") + 1)];
  const format = targetFormats.find((known) => known === name);
  if (!format || path === "") throw new OperatorError("usage/also", imageSays.badAlso(text, targetFormats));
  const full = resolve(path);
  const place = format === "clone" ? { folder: full, stem: "" } : { folder: dirname(full), stem: basename(full) };
  const spare = flagList(flags, "spare").map((folder) => resolve(folder));
  return targetOf(format, place, flags, goesOn(format, flags) ? spare : []);
}

/** Whether a target can be continued in another folder: a clone cannot, nor a raw image that is one file. */
function goesOn(format: TargetFormat, flags: FlagValues): boolean {
  return format === "e01" || format === "aff4" || (format === "raw" && flagText(flags, "segment-size") !== null);
}

function targetOf(format: TargetFormat, place: Place, flags: FlagValues, spare: readonly string[]): TargetPlan {
  const compression = compressions.find((name) => name === flagText(flags, "compression"));
  const packs = format === "e01" || format === "aff4";
  if (!packs && compression && flagList(flags, "also").length === 0) {
    throw new OperatorError("usage/compression", imageSays.rawCompression());
  }
  const segment = flagText(flags, "segment-size");
  const segmentBytes =
    segment === null || format === "clone" || format === "aff4" ? null : segmentBytesOf(segment, format);
  if (spare.length > 0 && !goesOn(format, flags)) {
    throw new OperatorError("usage/spare", imageSays.spareNeedsSegments());
  }
  return {
    ...place,
    format,
    spare,
    compression: packs ? (compression ?? "fast") : "none",
    segmentBytes,
    identity: identityOf(format),
    zeroExcess: format === "clone" && flagText(flags, "excess") === "zero",
  };
}

function identityOf(format: TargetFormat): string | null {
  if (format === "e01") return randomBytes(16).toString("hex");
  return format === "aff4" ? Array.from({ length: 4 }, () => randomUUID()).join(" ") : null;
}

/** Whether the flags ask for anything else than what was announced. */
export function differsFrom(plan: ImagePlan, fresh: ImagePlan, flags: FlagValues): boolean {
  if (!planFlags.some((name) => flags[name] !== undefined)) return false;
  const comparable = ({ hashes, targets }: ImagePlan) =>
    JSON.stringify({ hashes, targets: targets.map((target) => ({ ...target, identity: null })) });
  return comparable(plan) !== comparable(fresh);
}

/** The flags given that decide the bytes of an image, as they are written. */
export function planFlagsGiven(flags: FlagValues): string {
  return planFlags.flatMap((name) => (flags[name] === undefined ? [] : [`--${name}`])).join(", ");
}

const units: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };
const mostRawBytes = 2 ** 50;
const leastRawSegmentBytes = 64 * 1024;

/** Bytes of `650M`, `2G`, `1000000`. Throws OperatorError outside of what the format's readers take. */
export function segmentBytesOf(text: string, format: "raw" | "e01"): number {
  const [, digits, unit] = /^(\d+)([kmg]?)$/i.exec(text.trim()) ?? [];
  const bytes = Number(digits) * (units[(unit ?? "").toLowerCase()] ?? NaN);
  const least = format === "raw" ? leastRawSegmentBytes : leastSegmentBytes;
  const most = format === "raw" ? mostRawBytes : usualSegmentBytes;
  if (bytes >= least && bytes <= most) return bytes;
  const shown = (value: number) => (value % units.m === 0 ? `${value / units.m}M` : `${value / units.k}k`);
  throw new OperatorError("usage/segment-size", imageSays.badSegmentSize(text, shown(least), shown(most)));
}
