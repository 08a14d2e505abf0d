/**
 * What the list says of one file: EnCase 5 to 7 and later use the same tags in different orders. Specification: libyal, "Expert
 * Witness Compression Format (EWF)", sections "File entries category", "File entry flags", "Binary extents value".
 */
import { Buffer } from "node:buffer";
import { MemorySource, type ByteSource } from "../../bytes/byte-source.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { EvidenceName, ItemTime, TimeKind } from "../../model/item.ts";
import type { LogicalEntry } from "../logical-image.ts";
import { RepeatedSource, StretchSource, type Stretch } from "./content.ts";
import type { Values } from "./tree-text.ts";

/** In `opr`: the content is one byte that is repeated, or lies where `du` says. */
const SPARSE = 0x0400_0000;
/** More extents than a file of many terabytes in blocks of 4 KiB can reasonably have. */
const MAX_EXTENTS = 1 << 20;
const MAX_ATTRIBUTE_BYTES = 1 << 20;

const timeTags: readonly (readonly [tag: string, kind: TimeKind])[] = [
  ["wr", "m"],
  ["ac", "a"],
  ["mo", "c"],
  ["cr", "b"],
];

/** The other categories that an entry refers to, by their numbers. */
export interface Referred {
  readonly sources: ReadonlyMap<number, Values>;
  /** Each a list of permissions. */
  readonly permissions: readonly (readonly Values[])[];
}

export interface Described {
  readonly path: readonly EvidenceName[];
  readonly key: string;
  readonly values: Values;
  readonly children: number;
}

export function logicalEntry(described: Described, medium: ByteSource, referred: Referred): LogicalEntry {
  const { path, key, values, children } = described;
  const findings: Finding[] = [];
  const isFolder = values.get("p") === "1" || children > 0;
  const size = isFolder ? 0 : sizeOf(values, findings);
  const content = isFolder ? null : contentOf(values, size, medium, findings);
  return {
    path,
    kind: isFolder ? "directory" : "file",
    size,
    times: timeTags.flatMap(([tag, kind]) => timeOf(values, tag, kind, findings)),
    hashes: { ...hashOf(values, "ha", "md5", 32, findings), ...hashOf(values, "sha", "sha1", 40, findings) },
    attributes: attributesOf(values, referred),
    findings,
    key,
    open: () => content ?? new MemorySource(new Uint8Array(0)),
  };
}

function damagedField(field: string): Finding {
  return finding("logical/entry-damaged", { field });
}

/** A whole number from 0; null where there is none: programs write nothing or −1. */
function numberOf(values: Values, tag: string, findings: Finding[]): number | null {
  const text = values.get(tag) ?? "";
  if (text === "" || text === "-1") return null;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  findings.push(damagedField(tag));
  return null;
}

function sizeOf(values: Values, findings: Finding[]): number {
  return numberOf(values, "ls", findings) ?? 0;
}

/** `be`: the number of extents, then offset and length of each in hexadecimal. Null where it cannot be. */
function stretchesOf(text: string): Stretch[] | null {
  const [count = "", ...rest] = text.trim().split(/ +/, 2 * MAX_EXTENTS + 1);
  const numbers = rest.map((part) => (/^[0-9a-f]{1,14}$/i.test(part) ? Number.parseInt(part, 16) : Number.NaN));
  if (!/^[0-9a-f]{1,8}$/i.test(count) || !numbers.every(Number.isSafeInteger) || numbers.length % 2 !== 0) return null;
  if (numbers.length !== 2 * Number.parseInt(count, 16) && numbers.length !== 0) return null;
  return numbers.flatMap((offset, index) => (index % 2 === 0 ? [{ offset, length: numbers[index + 1]! }] : []));
}

function contentOf(values: Values, size: number, medium: ByteSource, findings: Finding[]): ByteSource {
  const text = values.get("be") ?? "";
  const stretches = text === "" ? [] : stretchesOf(text);
  if (!stretches) findings.push(damagedField("be"));
  const stored = (stretches ?? []).reduce((sum, { length }) => sum + length, 0);
  const flags = numberOf(values, "opr", findings) ?? 0;
  const duplicate = numberOf(values, "du", findings);
  // A file without content keeps one byte that is not its own.
  if (size === 0) return new MemorySource(new Uint8Array(0));
  const isSparse = Math.floor(flags / SPARSE) % 2 === 1;
  if (duplicate !== null && (isSparse || (stored === 1 && size > 1))) {
    return new StretchSource(medium, [{ offset: duplicate, length: size }], size);
  }
  if (isSparse && stored === 1) return new RepeatedSource(medium, stretches![0]!.offset, size);
  if (stored !== size) findings.push(finding("logical/size-differs", { size, stored }));
  return new StretchSource(medium, stretches ?? [], size);
}

/** Seconds since 1970, in newer versions with a fraction; 0 and nothing are no time. */
function secondsOf(text: string): string | null {
  const [, seconds = "", fraction = ""] = /^(\d{1,11})(?:\.(\d{1,9}))?$/.exec(text) ?? [];
  if (seconds === "") return null;
  return new Date(Number(seconds) * 1000).toISOString().replace(/\.000Z$/, fraction === "" ? "Z" : `.${fraction}Z`);
}

function timeOf(values: Values, tag: string, kind: TimeKind, findings: Finding[]): ItemTime[] {
  const text = values.get(tag) ?? "";
  if (text === "" || text === "0" || text === "-1") return [];
  const value = secondsOf(text);
  if (value !== null) return [{ kind, value, zone: "utc", source: "ltree" }];
  findings.push(damagedField(tag));
  return [];
}

function hashOf(
  values: Values,
  tag: string,
  algorithm: string,
  digits: number,
  findings: Finding[],
): Readonly<Record<string, string>> {
  const text = (values.get(tag) ?? "").toLowerCase();
  // Zeros are what programs write where they did not compute it.
  if (/^0*$/.test(text)) return {};
  if (text.length === digits && /^[0-9a-f]+$/.test(text)) return { [algorithm]: text };
  findings.push(damagedField(tag));
  return {};
}

const plainTags: Readonly<Record<string, string>> = {
  id: "identifier",
  mid: "guid",
  lo: "logical-offset",
  opr: "flags",
};
const dateTags: Readonly<Record<string, string>> = { dl: "deleted", aq: "acquired" };
const permissionKinds: Readonly<Record<string, string>> = { "": "owner", 1: "group", 2: "allow", 6: "other" };

function attributesOf(values: Values, referred: Referred): { name: string; value: string }[] {
  const found: { name: string; value: string }[] = [];
  const add = (name: string, value: string | null | undefined): void => {
    if (value && value !== "-1" && value !== "0") found.push({ name, value });
  };
  for (const [tag, name] of Object.entries(plainTags)) add(name, values.get(tag));
  for (const [tag, name] of Object.entries(dateTags)) {
    const text = values.get(tag) ?? "";
    if (text !== "0") add(name, secondsOf(text) ?? text);
  }
  add("short-name", values.get("snh")?.replace(/^\d+ /, ""));
  const source = referred.sources.get(Number(values.get("src") || "0"));
  for (const [tag, name] of Object.entries({
    n: "source",
    ev: "source-evidence",
    mo: "source-model",
    se: "source-serial",
  })) {
    add(name, source?.get(tag));
  }
  for (const permission of referred.permissions[Number(values.get("pm") ?? "-1")] ?? []) {
    const kind = permissionKinds[permission.get("pr") ?? ""] ?? permission.get("pr") ?? "";
    const parts = [kind, permission.get("n"), permission.get("s")?.trim(), permission.get("nta")];
    add("permission", parts.filter(Boolean).join(" "));
  }
  for (const { name, value } of extendedAttributes(values.get("ea") ?? ""))
    found.push({ name: `attribute ${name}`, value });
  return found;
}

const NODE_HEAD = 13;

/** `ea`: a tree of names and values in base 16; what is cut off ends it. */
function extendedAttributes(text: string): { name: string; value: string }[] {
  if (text.length > 2 * MAX_ATTRIBUTE_BYTES) return [];
  const bytes = Buffer.from(text, "hex");
  const found: { name: string; value: string }[] = [];
  for (let at = 0; at + NODE_HEAD <= bytes.length;) {
    const [nameLength, valueLength] = [2 * bytes.readUInt32LE(at + 5), 2 * bytes.readUInt32LE(at + 9)];
    const end = at + NODE_HEAD + nameLength + valueLength;
    if (end > bytes.length) break;
    const textAt = (from: number, length: number): string =>
      bytes
        .subarray(from, from + length)
        .toString("utf16le")
        .replace(/\0+$/, "");
    const value = textAt(at + NODE_HEAD + nameLength, valueLength);
    // Branches, the header among them, have no value.
    if (value !== "") found.push({ name: textAt(at + NODE_HEAD, nameLength), value });
    at = end;
  }
  return found;
}
