/** Walks an Outlook data file: folders from the root down, then items that no folder lists, then what was left behind. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { readNamedProperties } from "../../mapi/named-properties.ts";
import { PropertyBag } from "../../mapi/properties.ts";
import { EvidenceError } from "../../model/errors.ts";
import type { Child, ExtractContext, Extraction } from "../../model/extraction.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { type NodePlace, PstDatabase } from "../../pst/database.ts";
import { openProperties, type ReadOptions, readProperties } from "../../pst/pst-object.ts";
import { strayLimit } from "../../pst/stray-pages.ts";
import { rowIds } from "../../pst/table.ts";
import { openMessage, timesOf } from "./message.ts";
import { renderMessage } from "./render.ts";

/** Nodes with a number of their own (MS-PST 2.4.1), and types of nodes (2.2.2.1). */
const fixedNode = { store: 0x21, names: 0x61, root: 0x122 } as const;
const nodeType = {
  folder: 0x02,
  message: 0x04,
  associated: 0x08,
  hierarchy: 0x0d,
  contents: 0x0e,
  hidden: 0x0f,
} as const;
const passwordProperty = 0x67ff;
const mapBytes = 1 << 22;
const depthLimit = 100;
const nameChars = 120;
const folderLimit = 1 << 16;

const typeOf = (node: number): number => node & 0x1f;
const sibling = (node: number, type: number): number => ((node & ~0x1f) | type) >>> 0;
const hex = (node: number): string => `0x${node.toString(16)}`;

interface ItemOptions {
  readonly key: string;
  readonly folder: string;
  readonly origin: Child["origin"];
  readonly findings: readonly Finding[];
}

export class PstWalk {
  readonly #database: PstDatabase;
  readonly #folders = new Map<number, string>();
  /** A bit for each node that was given, by its number without the type. */
  readonly #given = new Map<number, Uint8Array>();
  #options: ReadOptions;

  constructor(source: ByteSource, context: ExtractContext) {
    this.#database = PstDatabase.open(source);
    const textLimitBytes = Math.min(context.wholeLimitBytes, 4 * context.textLimitChars);
    this.#options = { names: new Map(), codePage: 0, textLimitBytes };
  }

  *read(): Generator<Extraction> {
    const { geometry, isIntact } = this.#database.header;
    yield { what: "field", name: "formatVersion", value: geometry.name, source: "header" };
    if (!isIntact) yield { what: "finding", finding: finding("pst/header-checksum") };
    this.#options = { ...this.#options, names: this.#names() };
    yield* this.#store();
    yield* this.#tree();
    yield* this.#unlisted();
    yield* this.#recovered();
    yield* this.#damage();
  }

  #names(): ReadonlyMap<number, string> {
    const bag = this.#bag(fixedNode.names);
    const stream = (id: number): Uint8Array => bag?.bytes(id, mapBytes) ?? new Uint8Array(0);
    return readNamedProperties(stream(0x0002), stream(0x0003), stream(0x0004));
  }

  #bag(node: number): PropertyBag | null {
    const place = this.#database.node(node);
    const object = place === null ? null : openProperties(this.#database, place);
    if (object !== null) return new PropertyBag(readProperties(object, this.#options).properties);
    this.#database.damage.lost(`node ${node}`);
    return null;
  }

  *#store(): Generator<Extraction> {
    const bag = this.#bag(fixedNode.store);
    const name = bag?.text(0x3001) ?? null;
    if (name !== null) yield { what: "field", name: "title", value: name.trim(), source: "store" };
    if ((bag?.number(passwordProperty) ?? 0) !== 0) yield { what: "finding", finding: finding("pst/password") };
  }

  *#tree(): Generator<Extraction> {
    const stack: { readonly node: number; readonly above: string; readonly depth: number }[] = [
      { node: fixedNode.root, above: "", depth: 0 },
    ];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const { node, above, depth } = next;
      if (this.#folders.has(node) || depth > depthLimit || this.#folders.size >= folderLimit) continue;
      const path = yield* this.#folder(node, above);
      const below: typeof stack = [];
      for (const child of this.#rows(sibling(node, nodeType.hierarchy))) {
        if (typeOf(child) === nodeType.folder) below.push({ node: child, above: path, depth: depth + 1 });
      }
      stack.push(...below.reverse());
    }
  }

  /** Gives the folder and its items; its path. The root has no name of its own. */
  *#folder(node: number, above: string): Generator<Extraction, string> {
    const bag = this.#bag(node);
    const name = safeName(bag?.text(0x3001) ?? "") || `folder ${hex(node)}`;
    const path = node === fixedNode.root ? "" : above === "" ? name : `${above}/${name}`;
    this.#folders.set(node, path);
    if (path !== "") {
      yield { what: "field", name: "folder", value: path, source: `folder ${hex(node)}` };
      const times = bag === null ? [] : timesOf(bag);
      yield { what: "child", child: { ...directory(node, path), times } };
    }
    const tables = [
      [nodeType.contents, []],
      [nodeType.hidden, [finding("pst/associated")]],
    ] as const;
    for (const [type, findings] of tables) {
      for (const item of this.#rows(sibling(node, type))) {
        const place = this.#give(item) ? this.#database.node(item) : null;
        if (place !== null) yield* this.#item(place, { key: hex(item), folder: path, origin: "entry", findings });
      }
    }
    return path;
  }

  *#rows(table: number): Generator<number> {
    const place = this.#database.node(table);
    if (place !== null) yield* rowIds(this.#database, place);
  }

  /** True the first time. */
  #give(node: number): boolean {
    const [page, bit] = [node >>> 17, (node >>> 5) & 0xfff];
    const type = typeOf(node) === nodeType.associated ? 1 : 0;
    const key = page * 2 + type;
    let bits = this.#given.get(key);
    if (!bits) this.#given.set(key, (bits = new Uint8Array(512)));
    const [at, mask] = [bit >>> 3, 1 << (bit & 7)];
    const isNew = (bits[at]! & mask) === 0;
    bits[at]! |= mask;
    return isNew;
  }

  /** Items that the index names and no folder lists. */
  *#unlisted(): Generator<Extraction> {
    for (const place of this.#database.nodes()) {
      const type = typeOf(place.node);
      if (type !== nodeType.message && type !== nodeType.associated) continue;
      if (!this.#give(place.node)) continue;
      const findings = [finding("pst/unlisted")];
      if (type === nodeType.associated) findings.push(finding("pst/associated"));
      const folder = this.#folders.get(place.parent) ?? "no folder";
      yield* this.#item(place, { key: hex(place.node), folder, origin: "embedded", findings });
    }
  }

  /** Items that only index pages left behind name: deleted, or changed since. */
  *#recovered(): Generator<Extraction> {
    const strays = this.#database.strays();
    for (const place of strays.nodes.values()) {
      if (typeOf(place.node) !== nodeType.message) continue;
      const listed = this.#database.listedNode(place.node);
      if (listed?.data === place.data) continue;
      // The index is broken: the folder gave this very state of it.
      if (listed === null && strays.byNode.get(place.node) === place && !this.#give(place.node)) continue;
      const folder = this.#folders.get(place.parent) ?? "no folder";
      const findings = [finding("pst/recovered", { node: hex(place.node) })];
      const key = `left:${hex(place.node)}:${place.data}`;
      yield* this.#item(place, { key, folder, origin: "carved", findings });
    }
    if (!strays.isCut) return;
    yield { what: "finding", finding: finding("pst/recovery-limit", { limit: strayLimit }) };
    yield { what: "status", status: "partial", reason: "budget" };
  }

  *#item(place: NodePlace, { key, folder, origin, findings }: ItemOptions): Generator<Extraction> {
    // Of what was left behind, most has been written over: its damage is no damage of the file.
    const database = origin === "carved" ? this.#database.fork() : this.#database;
    const message = openMessage(database, place, this.#options);
    if (message === null) {
      if (origin !== "carved") this.#database.damage.lost(`node ${place.node}`);
      return;
    }
    const [source, options] = [this.#database, this.#options];
    const child: Child = {
      key,
      name: { text: `${folder === "" ? "" : `${folder}/`}${itemName(message.bag, place.node)}`, bytes: null },
      kind: "file",
      origin,
      size: null,
      packedSize: null,
      times: timesOf(message.bag),
      findings: [finding("pst/rendered"), ...findings],
      content: { open: () => render(source, place, options) },
    };
    yield { what: "child", child };
  }

  *#damage(): Generator<Extraction> {
    const { pages, blocks, structures } = this.#database.damage;
    if (pages + blocks > 0) yield { what: "finding", finding: finding("pst/checksum", { pages, blocks }) };
    if (structures > 0) yield { what: "finding", finding: finding("pst/unreadable", { structures }) };
    if (pages + blocks + structures > 0) yield { what: "status", status: "partial", reason: "damaged" };
  }
}

/** Reads the item anew, so that nothing is held for items that wait; what is damaged is said after what could be read. */
// oxlint-disable-next-line require-await
async function* render(source: PstDatabase, place: NodePlace, options: ReadOptions): AsyncGenerator<Uint8Array> {
  const database = source.fork();
  const message = openMessage(database, place, options);
  if (message !== null) yield* renderMessage(message, options.textLimitBytes);
  if (message === null || database.damage.structures > 0) throw new EvidenceError("pst/damaged", { problem: "item" });
  if (database.damage.blocks > 0) throw new EvidenceError("pst/damaged", { problem: "checksum" });
}

function directory(node: number, path: string): Omit<Child, "times"> {
  return {
    key: hex(node),
    name: { text: path, bytes: null },
    kind: "directory",
    origin: "entry",
    size: null,
    packedSize: null,
    findings: [],
    content: { missing: "none" },
  };
}

function itemName(bag: PropertyBag, node: number): string {
  const subject = bag.text(0x0037) ?? bag.text(0x3001) ?? "";
  return `${safeName(subject) || `item ${hex(node)}`}.eml`;
}

/** A name that is one step of a path. */
function safeName(text: string): string {
  const name = text
    .toWellFormed()
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u001f\u007f/\\]+/g, "_")
    .trim()
    .slice(0, nameChars)
    .toWellFormed();
  return name === "." || name === ".." ? "_" : name;
}
