/** What the description says of the image, its case and its making, as facts. */
import { factsOf, type Fact } from "../../model/facts.ts";
import type { Description } from "./description.ts";
import type { Aff4Stream } from "./stream.ts";
import { codecs, localName, properties, VERSION_MEMBER, VESTIGE } from "./vocabulary.ts";
import type { Volume } from "./volume.ts";

const MAX_VERSION_BYTES = 4096;
/** An image has a handful of case notes. */
const MOST_NOTES = 1000;

/** Names in lower case: before the standard they began with a capital. */
function literalsOf(urn: string, description: Description): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const subject of [urn, ...description.subjects]) {
    if (subject !== urn && !description.iris(subject, properties.target).includes(urn)) continue;
    for (const [predicate, terms] of description.statements(subject)) {
      const name = localName(predicate)?.toLowerCase();
      if (name === undefined) continue;
      const values = terms.flatMap(({ kind, value }) => (kind === "literal" ? [value] : []));
      const known = found.get(name) ?? [];
      found.set(name, [...new Set([...known, ...values])].slice(0, MOST_NOTES));
    }
  }
  return found;
}

export function factsOfImage(
  urn: string,
  volumes: readonly Volume[],
  description: Description,
  streams: readonly Aff4Stream[],
): Fact[] {
  const said = literalsOf(urn, description);
  const first = (...names: readonly string[]): string | null => {
    for (const name of names) {
      const value = said.get(name)?.[0];
      if (value) return value;
    }
    return null;
  };
  const program = description.terms(urn, [`${VESTIGE}software`]).find(({ kind }) => kind === "literal")?.value;
  const versions = versionsOf(volumes);
  const method = streams[0] && description.iris(streams[0].urn, properties.compression)[0];
  const disk = ["diskmake", "diskmodel"].flatMap((name) => first(name) ?? []).join(" ");
  const state = first("acquisitioncompletionstate");
  return [
    ...factsOf({
      version: versions.get("major") === undefined ? null : `${versions.get("major")}.${versions.get("minor") ?? 0}`,
      creator: program ?? versions.get("tool"),
      created: first("creationtime") ?? createdOf(volumes, description),
      acquired: first("starttime", "timestamp"),
      modified: first("endtime"),
      "case-number": first("casenumber"),
      "evidence-number": first("evidencenumber"),
      examiner: first("examiner"),
      description: first("casedescription", "description", "casename"),
      model: disk,
      serial: first("diskserial"),
      "media-kind": first("diskdevicetype"),
      clean: state,
      compression: method === undefined ? null : (codecs.get(method) ?? null),
      "block-bytes": streams[0]?.chunkBytes ?? null,
      members: volumes.length > 1 ? volumes.length : null,
      uuid: urn,
    }),
    ...(said.get("notes") ?? []).flatMap((value) => factsOf({ notes: value })),
  ];
}

function createdOf(volumes: readonly Volume[], description: Description): string | null {
  for (const { urn } of volumes) {
    for (const [predicate, terms] of description.statements(urn)) {
      if (localName(predicate)?.toLowerCase() === "creationtime" && terms[0]) return terms[0].value;
    }
  }
  return null;
}

/** `name=value`, a line each. */
function versionsOf(volumes: readonly Volume[]): ReadonlyMap<string, string> {
  for (const { urn, members } of volumes) {
    const read = members.get(`${urn}/${VERSION_MEMBER}`)?.read(MAX_VERSION_BYTES);
    if (!read) continue;
    const lines = new TextDecoder().decode(read.bytes).split(/\r?\n/);
    return new Map(
      lines.flatMap((line) => {
        const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
        return name === undefined || value === undefined ? [] : [[name, value] as const];
      }),
    );
  }
  return new Map();
}
