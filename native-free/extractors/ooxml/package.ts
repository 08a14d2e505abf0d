/**
 * Parts and relationships of an OOXML package (ECMA-376 part 2, clauses 6 and 9): found by relationships, and by the
 * usual part names where relationships are absent or damaged.
 */
import { partName, type Parts, type ZipEntry } from "../../containers/zip-parts.ts";
import { type DocumentRun, readXmlPart } from "../document-run.ts";
import type { XmlHandler } from "../xml-stream.ts";

/** The last word of a relationship's type URI says what the target is, in transitional and strict documents alike. */
export interface Relationship {
  readonly id: string;
  readonly type: string;
  /** Part name for internal targets, the URI as written for external ones. */
  readonly target: string;
  readonly external: boolean;
}

/** A part with the relation that led to it. */
export interface RelatedPart {
  readonly entry: ZipEntry;
  readonly type: string;
  readonly id: string;
}

export class OoxmlPackage {
  readonly parts: Parts;
  readonly #run: DocumentRun;
  readonly #relationships = new Map<string, readonly Relationship[]>();
  /** Entries that a reader has read or that need no reading. */
  readonly handled = new Set<ZipEntry>();
  /** External targets in the order in which they were met. */
  readonly links = new Set<string>();

  constructor(parts: Parts, run: DocumentRun) {
    this.parts = parts;
    this.#run = run;
  }

  /** Relationships of a part ("" for the package's own); findings about them go to the run. */
  async relationshipsOf(part: string): Promise<readonly Relationship[]> {
    const known = this.#relationships.get(part);
    if (known) return known;
    const found: Relationship[] = [];
    const slash = part.lastIndexOf("/");
    const name = `${part.slice(0, slash + 1)}_rels/${part.slice(slash + 1)}.rels`;
    const entry = this.parts.get(name);
    this.#relationships.set(part, found);
    if (!entry) return found;
    this.handled.add(entry);
    const kept: XmlHandler = {
      open: (local, attributes) => {
        if (local !== "Relationship") return;
        const external = attributes.get("TargetMode") === "External";
        const target = attributes.get("Target") ?? "";
        const type = (attributes.get("Type") ?? "").split("/").at(-1) ?? "";
        if (external) this.links.add(target);
        found.push({
          id: attributes.get("Id") ?? "",
          type,
          target: external ? target : resolveTarget(part, target),
          external,
        });
      },
      close: () => undefined,
      text: () => undefined,
    };
    for await (const extraction of readXmlPart(this.#run, entry, "relationships", kept)) this.#run.push(extraction);
    return found;
  }

  /** Existing targets of a part's internal relationships of the given types, in file order. */
  async related(part: string, ...types: readonly string[]): Promise<RelatedPart[]> {
    const found: RelatedPart[] = [];
    for (const { id, type, target, external } of await this.relationshipsOf(part)) {
      if (external || !types.includes(type)) continue;
      const entry = this.parts.get(target);
      if (entry) found.push({ entry, type, id });
    }
    return found;
  }

  /** XML parts not yet handled whose name fits, in the order of their names (numbers by value). */
  unhandled(pattern: RegExp): ZipEntry[] {
    return this.parts.entries
      .filter((entry) => entry.kind === "file" && !this.handled.has(entry) && pattern.test(partName(entry)))
      .sort((a, b) => order.compare(partName(a), partName(b)));
  }
}

/** Made once: a collator costs more than most packages. */
const order = new Intl.Collator("en", { numeric: true });

/** RFC 3986 resolution of a relationship target against its source part, as a part name without leading slash. */
export function resolveTarget(part: string, target: string): string {
  const path = decodeEscapes(target.split(/[?#]/)[0] ?? "").replaceAll("\\", "/");
  const base = path.startsWith("/") ? [] : part.split("/").slice(0, -1);
  for (const step of path.split("/")) {
    if (step === "..") base.pop();
    else if (step !== "" && step !== ".") base.push(step);
  }
  return base.join("/");
}

function decodeEscapes(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (escaped) => {
    const bytes = Uint8Array.from(escaped.slice(1).split("%"), (hex) => Number.parseInt(hex, 16));
    return new TextDecoder("utf-8").decode(bytes);
  });
}
