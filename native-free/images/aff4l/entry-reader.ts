/** The statements on one object of a container as an entry. Text of the container is data: what does not fit is null. */
import type { EvidenceName, ItemKind, Reason, Status } from "../../model/item.ts";
import { namespaces, type LogicalEntry } from "./entry.ts";
import type { Subject, Term } from "./turtle-reader.ts";
import { timeNames } from "./turtle-text.ts";

/** An entry of a container and where its content is. */
export interface LogicalFile {
  readonly entry: LogicalEntry;
  readonly urn: string;
  /** Member that the container names expressly. */
  readonly fileName: string | null;
  /** URN of the map that is the content; null where that is the segment under the entry's own name. */
  readonly stream: string | null;
  readonly isSegment: boolean;
  /** True where a value could not be read. */
  readonly damaged: boolean;
}

const statuses: readonly Status[] = ["done", "partial", "failed", "skipped"];

type Properties = Subject["properties"];

const rdfType = `${namespaces.rdf}type`;
const { aff4, vestige } = namespaces;
const kinds: Readonly<Record<string, ItemKind>> = {
  [`${aff4}FileImage`]: "file",
  [`${vestige}Folder`]: "directory",
  [`${vestige}SymbolicLink`]: "symlink",
  [`${vestige}SpecialFile`]: "special",
};
/** Both spellings are in use. */
const segmentTypes = [`${aff4}zip_segment`, `${aff4}ZipSegment`];

export function isEntry(properties: Properties): boolean {
  return kindOf(properties) !== null;
}

function kindOf(properties: Properties): ItemKind | null {
  for (const { value, isIri } of properties.get(rdfType) ?? []) {
    const kind = isIri ? kinds[value] : undefined;
    if (kind) return kind;
  }
  return null;
}

export function fileOf({ iri, properties }: Subject): LogicalFile {
  const reader = new Values(properties);
  const types = new Set((properties.get(rdfType) ?? []).map(({ value }) => value));
  const entry = entryOf(reader, kindOf(properties) ?? "special");
  return {
    entry,
    urn: iri,
    fileName: reader.text(`${aff4}fileName`),
    stream: properties.get(`${aff4}dataStream`)?.find(({ isIri }) => isIri)?.value ?? null,
    isSegment: segmentTypes.some((type) => types.has(type)),
    damaged: reader.damaged,
  };
}

function entryOf(reader: Values, kind: ItemKind): LogicalEntry {
  const path = reader.name(`${aff4}originalFileName`, `${vestige}originalFileNameBytes`);
  return {
    path: path ?? { text: "", bytes: null },
    kind,
    status: reader.word(`${vestige}status`, (word) => statuses.some((status) => status === word)) ?? "done",
    // Reasons are a growing list of our own words; what a newer version wrote stays as it is.
    reason: reader.word<Reason>(`${vestige}reason`, (word) => /^[a-z][a-z-]*$/.test(word)),
    size: reader.number(`${aff4}size`),
    md5: reader.hash("MD5", 32),
    sha1: reader.hash("SHA1", 40),
    sha256: reader.hash("SHA256", 64),
    times: { m: reader.time("m"), a: reader.time("a"), c: reader.time("c"), b: reader.time("b") },
    mode: reader.text(`${vestige}mode`),
    uid: reader.number(`${vestige}uid`),
    gid: reader.number(`${vestige}gid`),
    device: reader.text(`${vestige}device`),
    inode: reader.text(`${vestige}inode`),
    links: reader.number(`${vestige}links`),
    target: reader.name(`${vestige}linkTarget`, `${vestige}linkTargetBytes`),
    xattrs: reader.list(`${vestige}extendedAttributes`, ["name", "value"]),
    notRecorded: reader.list(`${vestige}notRecorded`, ["what", "why"]) ?? [],
    findings: reader.list(`${vestige}findings`, ["code"]) ?? [],
  };
}

class Values {
  readonly #properties: Properties;
  damaged = false;

  constructor(properties: Properties) {
    this.#properties = properties;
  }

  #first(iri: string): Term | null {
    return this.#properties.get(iri)?.find(({ isIri }) => !isIri) ?? null;
  }

  text(iri: string): string | null {
    return this.#first(iri)?.value ?? null;
  }

  number(iri: string): number | null {
    const text = this.text(iri);
    if (text === null) return null;
    return /^\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : this.#bad();
  }

  word<W extends string = Status>(iri: string, isWord: (text: string) => boolean): W | null {
    const text = this.text(iri);
    if (text === null) return null;
    return isWord(text) ? (text as W) : this.#bad();
  }

  hash(type: string, digits: number): string | null {
    const term = this.#properties.get(`${aff4}hash`)?.find(({ datatype }) => datatype === aff4 + type);
    if (!term) return null;
    return term.value.length === digits && /^[0-9a-f]+$/i.test(term.value) ? term.value.toLowerCase() : this.#bad();
  }

  time(kind: keyof typeof timeNames): string | null {
    return this.text(aff4 + timeNames[kind]) ?? this.text(vestige + timeNames[kind]);
  }

  name(textIri: string, bytesIri: string): EvidenceName | null {
    const text = this.text(textIri);
    return text === null ? null : { text, bytes: this.text(bytesIri) };
  }

  /** A JSON list of objects that have these texts. */
  list<T>(iri: string, texts: readonly string[]): readonly T[] | null {
    const json = this.text(iri);
    if (json === null) return null;
    try {
      const value: unknown = JSON.parse(json);
      const isList = Array.isArray(value) && value.every((each) => hasTexts(each, texts));
      return isList ? (value as T[]) : this.#bad();
    } catch {
      return this.#bad();
    }
  }

  #bad(): null {
    this.damaged = true;
    return null;
  }
}

function hasTexts(value: unknown, keys: readonly string[]): boolean {
  return keys.every((key) => typeof (value as Record<string, unknown> | null)?.[key] === "string");
}
