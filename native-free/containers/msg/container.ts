/**
 * Outlook messages, appointments, contacts and templates as files (MS-OXMSG over MS-CFB): properties with their names,
 * recipients, attachments, embedded messages and OLE objects, bodies in text, HTML and compressed RTF. Embedded messages and
 * objects become compound files of their own, with the names of the outer file's properties.
 * Not supported: rights-managed messages beyond their wrapper; attachments that are only pointed to are named.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { childOf } from "../../compound/child-of.ts";
import { type Compound, type CompoundEntry, openCompound } from "../../compound/compound.ts";
import { embeddedObject, timesOf } from "../../compound/embedded-objects.ts";
import { rebuildStorage } from "../../compound/rebuild.ts";
import { attachMethod, attachmentFacts } from "../../mapi/attachment.ts";
import { messageExtractions, tag } from "../../mapi/message-extractions.ts";
import { readNamedProperties } from "../../mapi/named-properties.ts";
import { PropertyBag } from "../../mapi/properties.ts";
import { EvidenceError } from "../../model/errors.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { readRange } from "../../bytes/byte-source.ts";
import { type ReadOptions, readProperties } from "./property-storage.ts";

const mapBytes = 1 << 22;
const nameStorage = "__nameid_version1.0";
const dataStorage = "__substg1.0_3701000D";
const dataStream = 0x3701;

export const msgContainer: Extractor = {
  id: "msg",
  family: "container",
  name: "Outlook messages",
  spec: "MS-OXMSG; MS-OXCMSG; MS-OXRTFCP; MS-OXRTFEX",
  level: "partial",
  types: ["msg"],
  extract: extractMsg,
};

async function* extractMsg(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  const compound = openCompound(source);
  const root = compound.entries.find(({ kind }) => kind === "root");
  if (!root) throw new EvidenceError("mail/damaged", { format: "MSG", problem: "no-root" });
  yield* new Message(compound, context).read(root);
}

class Message {
  readonly #compound: Compound;
  readonly #context: ExtractContext;
  readonly #options: ReadOptions;
  #damaged = 0;

  constructor(compound: Compound, context: ExtractContext) {
    this.#compound = compound;
    this.#context = context;
    const stream = (id: string): Uint8Array => {
      const entry = compound.find(`${nameStorage}/__substg1.0_${id}0102`);
      return entry ? readRange(compound.open(entry), 0, mapBytes) : new Uint8Array(0);
    };
    this.#options = {
      names: readNamedProperties(stream("0002"), stream("0003"), stream("0004")),
      codePage: 0,
      textLimitBytes: Math.min(context.wholeLimitBytes, 4 * context.textLimitChars),
    };
  }

  async *read(root: CompoundEntry): AsyncGenerator<Extraction> {
    const bag = this.#bagOf(root, 0);
    const page = bag.number(tag.messageCodePage) ?? bag.number(tag.internetCodePage) ?? 0;
    const storages = this.#compound.childrenOf(root).filter(({ kind }) => kind === "storage");
    const recipients = storages.filter(({ name }) => /^__recip_version1\.0_#/i.test(name));
    const attachments = storages.filter(({ name }) => /^__attach_version1\.0_#/i.test(name));
    yield* messageExtractions(
      bag,
      recipients.map((entry) => this.#bagOf(entry, page)),
      this.#context,
    );
    yield* protection(bag);
    for (const entry of attachments) yield* this.#attachment(entry, page);
    yield* this.#damage();
  }

  #bagOf(storage: CompoundEntry, codePage: number): PropertyBag {
    const { properties, damaged } = readProperties(this.#compound, storage, { ...this.#options, codePage });
    this.#damaged += damaged;
    return new PropertyBag(properties);
  }

  *#attachment(storage: CompoundEntry, page: number): Generator<Extraction> {
    const bag = this.#bagOf(storage, page);
    const facts = attachmentFacts(bag);
    const number = storage.name.slice(storage.name.indexOf("#") + 1);
    const name = facts.name ?? `attachment-${number}`;
    if (facts.name !== null)
      yield { what: "field", name: "attachment", value: facts.name, source: `attachment ${number}` };
    if (facts.path !== null)
      yield { what: "field", name: "originalPath", value: facts.path, source: `attachment ${number}` };
    const inner = this.#compound
      .childrenOf(storage)
      .find((entry) => entry.name.toLowerCase() === dataStorage.toLowerCase());
    if (inner?.kind === "storage") {
      yield* facts.method === attachMethod.embedded || this.#isMessage(inner)
        ? this.#embedded(inner, name)
        : embeddedObject(this.#compound, inner, name);
      return;
    }
    const data = bag.source(dataStream);
    if (data) {
      const times = facts.times.length > 0 ? facts.times : timesOf(storage);
      yield { what: "child", child: childOf(`entry:${storage.index}`, name, data, { times, origin: "entry" }) };
    } else if (facts.method !== attachMethod.none) {
      yield { what: "finding", finding: finding("mail/elsewhere", { kind: "attachment" }) };
      yield { what: "status", status: "partial", reason: "absent" };
    }
  }

  #isMessage(storage: CompoundEntry): boolean {
    return this.#compound.childrenOf(storage).some(({ name }) => name.toLowerCase() === "__properties_version1.0");
  }

  /** With the names of named properties, which stand once in the outer file (MS-OXMSG 2.2.3). */
  *#embedded(storage: CompoundEntry, name: string): Generator<Extraction> {
    const compound = this.#compound;
    const names = compound.find(nameStorage);
    const withNames: Compound = {
      version: compound.version,
      entries: compound.entries,
      find: (path) => compound.find(path),
      childrenOf: (entry) =>
        entry === storage && names ? [...compound.childrenOf(entry), names] : compound.childrenOf(entry),
      open: (entry) => compound.open(entry),
      takeFindings: () => compound.takeFindings(),
    };
    const rebuilt = rebuildStorage(withNames, storage);
    if (!rebuilt) return;
    const findings = [finding("mail/rebuilt")];
    const shown = /\.(msg|eml)$/i.test(name) ? name : `${name}.msg`;
    yield {
      what: "child",
      child: childOf(`entry:${storage.index}`, shown, rebuilt, { times: timesOf(storage), findings }),
    };
  }

  *#damage(): Generator<Extraction> {
    const findings = this.#compound.takeFindings();
    for (const found of findings) yield { what: "finding", finding: found };
    if (this.#damaged > 0)
      yield { what: "finding", finding: finding("mail/property-damaged", { count: this.#damaged }) };
    if (findings.length + this.#damaged > 0) yield { what: "status", status: "partial", reason: "damaged" };
  }
}

/** The class says that the content is in a signed or encrypted attachment (MS-OXOSMIME 2.1). */
function* protection(bag: PropertyBag): Generator<Extraction> {
  const kind = bag.text(tag.messageClass)?.toLowerCase() ?? "";
  if (kind.endsWith("smime.multipartsigned"))
    yield { what: "finding", finding: finding("mail/signed", { method: "smime" }) };
  else if (kind.endsWith(".smime") || kind.includes("rpmsg")) {
    yield {
      what: "finding",
      finding: finding("mail/encrypted", { method: kind.includes("rpmsg") ? "rights" : "smime" }),
    };
    yield { what: "status", status: "partial", reason: "encrypted" };
  }
}
