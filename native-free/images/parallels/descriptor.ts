/** `DiskDescriptor.xml` of a bundle (QEMU, "Parallels Disk Format"). Ill-formed text is read as far as it goes. */
import { SaxesParser } from "saxes";
import { nilGuid } from "../../bytes/guid.ts";

export interface StoredPart {
  /** Lower case, without braces. */
  readonly guid: string;
  /** "Compressed" expands, "Plain" does not. */
  readonly type: string;
  /** As it is written: relative or absolute. */
  readonly file: string;
}

/** Sectors from `start` to before `end` of the medium. */
export interface Storage {
  readonly start: number;
  readonly end: number;
  readonly blockSectors: number | null;
  readonly parts: readonly StoredPart[];
}

export interface DiskDescriptor {
  readonly whole: boolean;
  readonly sectors: number | null;
  readonly sectorBytes: number | null;
  readonly geometry: string | null;
  readonly padding: boolean;
  readonly encrypted: boolean;
  readonly uuid: string | null;
  readonly name: string | null;
  readonly storages: readonly Storage[];
  readonly topGuid: string | null;
  /** Parent by GUID. */
  readonly parents: ReadonlyMap<string, string>;
  /** The states that are told of, those without parent included. */
  readonly states: ReadonlySet<string>;
  /** Every state that is told of has an identifier, and its parent is one of them or none. */
  readonly statesHold: boolean;
}

/** Of one element of the description. */
type Fields = Map<string, string>;

const mostStorages = 4096;
const deepest = 16;

class LenientParser extends SaxesParser<object> {
  broken = false;

  override fail(): this {
    this.broken = true;
    return this;
  }
}

class Reader {
  readonly #path: string[] = [];
  #text = "";
  readonly parameters: Fields = new Map();
  readonly storages: { fields: Fields; parts: Fields[] }[] = [];
  readonly shots: Fields[] = [];
  topGuid: string | null = null;

  open(name: string): void {
    this.#path.push(name);
    this.#text = "";
    if (this.#path.length > deepest || this.storages.length >= mostStorages) return;
    const path = this.#path.join("/");
    if (path === "Parallels_disk_image/StorageData/Storage") this.storages.push({ fields: new Map(), parts: [] });
    if (path === "Parallels_disk_image/StorageData/Storage/Image") this.storages.at(-1)?.parts.push(new Map());
    if (path === "Parallels_disk_image/Snapshots/Shot") this.shots.push(new Map());
  }

  text(text: string): void {
    this.#text += text;
  }

  close(): void {
    const name = this.#path.pop() ?? "";
    const text = this.#text.trim();
    this.#text = "";
    if (this.#path.length > deepest) return;
    const [, section, ...inner] = this.#path;
    const parent = inner.join("/");
    if (section === "Disk_Parameters") this.parameters.set([...inner, name].join("/"), text);
    else if (section === "StorageData" && parent === "Storage") this.storages.at(-1)?.fields.set(name, text);
    else if (section === "StorageData" && parent === "Storage/Image")
      this.storages.at(-1)?.parts.at(-1)?.set(name, text);
    else if (section === "Snapshots" && parent === "Shot") this.shots.at(-1)?.set(name, text);
    else if (section === "Snapshots" && parent === "" && name === "TopGUID") this.topGuid = guidOf(text);
  }
}

function guidOf(text: string | undefined): string | null {
  const found = /^\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?$/i.exec(text ?? "");
  return found ? found[1]!.toLowerCase() : null;
}

function numberOf(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,13}$/.test(text) ? Number(text) : null;
}

export function readDescriptor(text: string): DiskDescriptor {
  const reader = new Reader();
  const parser = new LenientParser({});
  parser.on("opentag", ({ name }) => reader.open(name));
  parser.on("closetag", () => reader.close());
  parser.on("text", (piece) => reader.text(piece));
  parser.on("cdata", (piece) => reader.text(piece));
  parser.write(text).close();
  const { parameters } = reader;
  const counts = ["Cylinders", "Heads", "Sectors"].map((name) => parameters.get(name) ?? "");
  const engine = guidOf(parameters.get("Encryption/Engine"));
  return {
    whole: !parser.broken,
    sectors: numberOf(parameters.get("Disk_size")),
    sectorBytes: numberOf(parameters.get("LogicSectorSize")),
    geometry: counts.every((count) => numberOf(count) !== null) ? counts.join("/") : null,
    padding: (numberOf(parameters.get("Padding")) ?? 0) !== 0,
    encrypted: engine !== null && engine !== nilGuid,
    uuid: guidOf(parameters.get("UID")),
    name: parameters.get("Name") ?? null,
    storages: reader.storages.flatMap(({ fields, parts }) => storageOf(fields, parts)),
    topGuid: reader.topGuid,
    ...statesOf(reader.shots),
  };
}

function statesOf(shots: readonly Fields[]): Pick<DiskDescriptor, "parents" | "states" | "statesHold"> {
  const read = shots.map((shot) => ({ guid: guidOf(shot.get("GUID")), parent: guidOf(shot.get("ParentGUID")) }));
  const states = new Set(read.flatMap(({ guid }) => guid ?? []));
  const parents = new Map<string, string>();
  for (const { guid, parent } of read) {
    if (guid !== null && parent !== null && parent !== nilGuid) parents.set(guid, parent);
  }
  const statesHold = read.every(
    ({ guid, parent }) => guid !== null && parent !== null && (parent === nilGuid || states.has(parent)),
  );
  return { parents, states, statesHold: statesHold && states.size === read.length };
}

function storageOf(fields: Fields, parts: readonly Fields[]): Storage[] {
  const start = numberOf(fields.get("Start"));
  const end = numberOf(fields.get("End"));
  if (start === null || end === null || end < start) return [];
  const images = parts.flatMap((part) => {
    const guid = guidOf(part.get("GUID"));
    const file = part.get("File");
    return guid === null || file === undefined ? [] : [{ guid, file, type: part.get("Type") ?? "" }];
  });
  return [{ start, end, blockSectors: numberOf(fields.get("Blocksize")), parts: images }];
}
