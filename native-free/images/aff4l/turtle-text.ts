/** The RDF statements of a container as Turtle text (W3C Recommendation 2014-02-25): one block of lines per object. */
import { Buffer } from "node:buffer";
import { canonicalJson } from "../../model/canonical-json.ts";
import type { EvidenceName } from "../../model/item.ts";
import { namespaces, type LogicalEntry } from "./entry.ts";
import { urnTail } from "./member-name.ts";

/** Where the content of an entry is. */
export type Place =
  /** In a member of the archive. */
  | { readonly member: string }
  /** The bytes of another entry: a map in this folder of the archive, onto that member. */
  | { readonly map: string; readonly target: string }
  /** A folder has a member of its own and no content; the rest has neither. */
  | null;

export function prefixLines(): string {
  return `${Object.entries(namespaces)
    .map(([prefix, iri]) => `@prefix ${prefix}: <${iri}> .`)
    .join("\n")}\n\n`;
}

export interface VolumeFacts {
  /** `aff4://` and a UUID. */
  readonly volume: string;
  /** ISO 8601. */
  readonly created: string;
  readonly tool: string;
}

export function volumeBlock({ volume, created, tool }: VolumeFacts): string {
  return block(volume, [
    ["a", "aff4:ZipVolume"],
    ["aff4:creationTime", typed(created, "xsd:dateTime")],
    ["vestige:tool", text(tool)],
    ["vestige:layout", text("folder/1")],
  ]);
}

/** The statements on one entry, and on its map where it has one. */
export function entryBlock(volume: string, name: string, entry: LogicalEntry, place: Place): string {
  const lines: Line[] = [["a", typesOf(entry, place)]];
  lines.push(["aff4:originalFileName", text(entry.path.text)]);
  if (entry.path.bytes !== null) lines.push(["vestige:originalFileNameBytes", base64(entry.path)]);
  if (urnTail(name) !== name && place !== null && "member" in place) lines.push(["aff4:fileName", text(name)]);
  if (entry.size !== null) lines.push(["aff4:size", String(entry.size)]);
  const hashes = hashesOf(entry);
  if (hashes.length > 0) lines.push(["aff4:hash", hashes.join(", ")]);
  lines.push(...timeLines(entry));
  if (place !== null && "map" in place) lines.push(["aff4:dataStream", iri(volume, place.map)]);
  lines.push(["aff4:stored", `<${volume}>`], ...ownLines(entry));
  const subject = `${volume}/${urnTail(name)}`;
  const statement = block(subject, lines);
  return place !== null && "map" in place ? statement + mapBlock(volume, subject, entry, place) : statement;
}

/** AFF4 v1.0, 4.3; the target leads back to what the map is the content of (2.2). */
function mapBlock(volume: string, owner: string, entry: LogicalEntry, place: { map: string; target: string }): string {
  return block(`${volume}/${urnTail(place.map)}`, [
    ["a", "aff4:Map"],
    ["aff4:size", String(entry.size)],
    ["aff4:dependentStream", iri(volume, place.target)],
    ["aff4:target", `<${owner}>`],
    ["aff4:stored", `<${volume}>`],
  ]);
}

function typesOf(entry: LogicalEntry, place: Place): string {
  if (entry.kind === "directory") return "vestige:Folder";
  if (entry.kind === "symlink") return "vestige:SymbolicLink";
  if (entry.kind !== "file") return "vestige:SpecialFile";
  return place !== null && "member" in place
    ? "aff4:FileImage, aff4:Image, aff4:zip_segment"
    : "aff4:FileImage, aff4:Image";
}

function hashesOf({ md5, sha1, sha256 }: LogicalEntry): string[] {
  const all: [string | null, string][] = [
    [md5, "aff4:MD5"],
    [sha1, "aff4:SHA1"],
    [sha256, "aff4:SHA256"],
  ];
  return all.flatMap(([value, type]) => (value === null ? [] : [typed(value, type)]));
}

export const timeNames = { m: "lastWritten", a: "lastAccessed", c: "recordChanged", b: "birthTime" } as const;

/** XML Schema has no year beyond 9999 with a sign, nor counts of seconds: such times stand under our own name. */
const schemaTime = /^-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

function timeLines({ times }: LogicalEntry): Line[] {
  return (["b", "a", "m", "c"] as const).flatMap((kind) => {
    const value = times[kind];
    if (value === null) return [];
    return schemaTime.test(value)
      ? [[`aff4:${timeNames[kind]}`, typed(value, "xsd:dateTime")] as Line]
      : [[`vestige:${timeNames[kind]}`, text(value)] as Line];
  });
}

/** What AFF4 has no public terms for. */
function ownLines(entry: LogicalEntry): Line[] {
  const lines: Line[] = [["vestige:status", text(entry.status)]];
  if (entry.reason !== null) lines.push(["vestige:reason", text(entry.reason)]);
  if (entry.mode !== null) lines.push(["vestige:mode", text(entry.mode)]);
  if (entry.uid !== null) lines.push(["vestige:uid", String(entry.uid)]);
  if (entry.gid !== null) lines.push(["vestige:gid", String(entry.gid)]);
  if (entry.device !== null) lines.push(["vestige:device", text(entry.device)]);
  if (entry.inode !== null) lines.push(["vestige:inode", text(entry.inode)]);
  if (entry.links !== null) lines.push(["vestige:links", String(entry.links)]);
  if (entry.target !== null) {
    lines.push(["vestige:linkTarget", text(entry.target.text)]);
    if (entry.target.bytes !== null) lines.push(["vestige:linkTargetBytes", base64(entry.target)]);
  }
  if (entry.xattrs !== null) lines.push(["vestige:extendedAttributes", json(entry.xattrs)]);
  if (entry.notRecorded.length > 0) lines.push(["vestige:notRecorded", json(entry.notRecorded)]);
  if (entry.findings.length > 0) lines.push(["vestige:findings", json(entry.findings)]);
  return lines;
}

type Line = readonly [predicate: string, objects: string];

function block(subject: string, lines: readonly Line[]): string {
  return `<${subject}> ${lines.map(([predicate, objects]) => `${predicate} ${objects}`).join(" ;\n    ")} .\n\n`;
}

function iri(volume: string, member: string): string {
  return `<${volume}/${urnTail(member)}>`;
}

function text(value: string): string {
  return typed(value, "xsd:string");
}

function json(value: unknown): string {
  return typed(canonicalJson(value), "rdf:JSON");
}

/** Only values whose text is lossy have bytes. */
function base64(name: EvidenceName): string {
  return typed(Buffer.from(name.bytes ?? "", "base64").toString("base64"), "xsd:base64Binary");
}

function typed(value: string, type: string): string {
  return `"${quoted(value)}"^^${type}`;
}

const unsafe = /[\u0000-\u001f"\\\u007f-\u009f\u2028\u2029]/;
const allUnsafe = new RegExp(unsafe, "g");

function quoted(value: string): string {
  if (!unsafe.test(value)) return value;
  return value.replace(allUnsafe, (character) => {
    if (character === '"' || character === "\\") return `\\${character}`;
    return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  });
}
