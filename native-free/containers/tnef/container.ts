/**
 * TNEF, the `winmail.dat` of Outlook and Exchange (MS-OXTNEF): fields and bodies of the message, recipients, attachments
 * with their names and times, embedded messages, which are TNEF themselves. Attributes of old writers are read as text.
 */
import { Buffer } from "node:buffer";
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { childOf } from "../../compound/child-of.ts";
import { attachmentFacts } from "../../mapi/attachment.ts";
import { messageExtractions } from "../../mapi/message-extractions.ts";
import { decodeString, type MapiProperty, PropertyBag, propertyType } from "../../mapi/properties.ts";
import { EvidenceError } from "../../model/errors.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import type { ItemTime } from "../../model/item.ts";
import { type Attribute, PropertyList, readAttributes } from "./attributes.ts";

export const tnefContainer: Extractor = {
  id: "tnef",
  family: "container",
  name: "Outlook attachments (winmail.dat)",
  spec: "MS-OXTNEF",
  level: "complete",
  types: ["tnef"],
  extract: extractTnef,
};

/** Ids of attributes (2.1.3.3). */
const attributeId = {
  codePage: 0x9007,
  messageProperties: 0x9003,
  recipients: 0x9004,
  attachment: 0x9005,
  newAttachment: 0x9002,
  attachData: 0x800f,
  attachTitle: 0x8010,
  attachCreated: 0x8012,
  attachModified: 0x8013,
} as const;

/** Bytes of a list of properties that are read. */
const listLimit = 1 << 28;
const signature = Buffer.from("789f3e22", "hex");

/** Attributes that are properties under a shorter name: id of the property. */
const asText: Readonly<Record<number, number>> = { 0x8004: 0x0037, 0x8008: 0x001a, 0x8009: 0x1035, 0x800c: 0x1000 };
const asTime: Readonly<Record<number, number>> = { 0x8005: 0x0039, 0x8006: 0x0e06, 0x8020: 0x3008 };

interface Attachment {
  readonly at: number;
  data: ByteSource | null;
  title: string | null;
  times: ItemTime[];
  properties: MapiProperty[];
}

async function* extractTnef(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  if (!signature.equals(readRange(source, 0, signature.length))) {
    throw new EvidenceError("mail/damaged", { format: "TNEF", problem: "signature" });
  }
  const reading = new Reading();
  for (const attribute of readAttributes(source, context.wholeLimitBytes, () => reading.problems.add("cut")))
    reading.take(attribute);
  const { message, recipients, attachments, problems } = reading;
  yield* messageExtractions(
    new PropertyBag(message),
    recipients.map((row) => new PropertyBag(row)),
    context,
  );
  for (const attachment of attachments) yield* attachmentExtractions(attachment);
  for (const problem of problems)
    yield { what: "finding", finding: finding("mail/damaged", { format: "TNEF", problem }) };
  if (problems.size > 0) yield { what: "status", status: "partial", reason: "damaged" };
}

class Reading {
  readonly message: MapiProperty[] = [];
  readonly recipients: MapiProperty[][] = [];
  readonly attachments: Attachment[] = [];
  readonly problems = new Set<string>();
  #codePage = 0;

  take(attribute: Attribute): void {
    if (!attribute.isIntact) this.problems.add("checksum");
    const isData = attribute.level === 2 && attribute.id === attributeId.attachData;
    const bytes = isData ? new Uint8Array(0) : readRange(attribute.data, 0, Math.min(attribute.data.size, listLimit));
    if (attribute.level === 2) return this.#takeAttachment(attribute, bytes);
    if (attribute.id === attributeId.codePage && bytes.length >= 4) {
      this.#codePage = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    } else if (attribute.id === attributeId.messageProperties) this.message.push(...this.#list(bytes, "properties"));
    else if (attribute.id === attributeId.recipients) {
      const list = new PropertyList(bytes, this.#codePage);
      this.recipients.push(...list.rows());
      if (list.damaged) this.problems.add("recipients");
    } else this.#takeOld(attribute.id, bytes);
  }

  #list(bytes: Uint8Array, problem: string): MapiProperty[] {
    const list = new PropertyList(bytes, this.#codePage);
    const properties = list.properties();
    if (list.damaged) this.problems.add(problem);
    return properties;
  }

  #takeOld(id: number, bytes: Uint8Array): void {
    const [text, time] = [asText[id], asTime[id]];
    if (text !== undefined) {
      const value = decodeString(propertyType.string8, bytes, this.#codePage);
      this.message.push({ id: text, type: propertyType.string8, value, name: null });
    }
    const value = time === undefined ? null : attributeTime(bytes);
    if (time !== undefined && value !== null)
      this.message.push({ id: time, type: propertyType.time, value, name: null });
  }

  #takeAttachment({ id, at, data }: Attribute, bytes: Uint8Array): void {
    if (id === attributeId.newAttachment)
      this.attachments.push({ at, data: null, title: null, times: [], properties: [] });
    let attachment = this.attachments.at(-1);
    if (!attachment) {
      attachment = { at, data: null, title: null, times: [], properties: [] };
      this.attachments.push(attachment);
    }
    if (id === attributeId.attachData) attachment.data = data;
    else if (id === attributeId.attachTitle)
      attachment.title = decodeString(propertyType.string8, bytes, this.#codePage);
    else if (id === attributeId.attachment) attachment.properties.push(...this.#list(bytes, "attachment"));
    else if (id === attributeId.attachCreated || id === attributeId.attachModified) {
      const value = attributeTime(bytes);
      const kind = id === attributeId.attachCreated ? "b" : "m";
      if (value !== null) attachment.times.push({ kind, value, zone: "local-unknown", source: "tnef" });
    }
  }
}

/** Seven numbers of 16 bits (2.1.3.2): year, month, day, hour, minute, second, day of the week; the zone is not told. */
function attributeTime(bytes: Uint8Array): string | null {
  if (bytes.length < 12) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [year, month, day, hour, minute, second] = [0, 2, 4, 6, 8, 10].map((at) => view.getUint16(at, true)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (year < 1970 || year > 2100 || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return null;
  if (day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return null;
  const pad = (value: number): string => String(value).padStart(2, "0");
  return `${year}-${pad(month)}-${pad(day)}T${pad(hour)}:${pad(minute)}:${pad(second)}`;
}

function* attachmentExtractions({ at, data, title, times, properties }: Attachment): Generator<Extraction> {
  const bag = new PropertyBag(properties);
  const facts = attachmentFacts(bag);
  const source = `attachment ${at}`;
  const name = facts.name ?? title?.trim() ?? "";
  if (name !== "") yield { what: "field", name: "attachment", value: name, source };
  if (facts.path !== null) yield { what: "field", name: "originalPath", value: facts.path, source };
  // An object's data stand among the properties; the attribute then repeats a part of them.
  const content = bag.source(0x3701) ?? data;
  const shown = name === "" ? `attachment-${at}` : name;
  if (content) {
    const own = facts.times.length > 0 ? facts.times : times;
    yield { what: "child", child: childOf(`attachment:${at}`, shown, content, { times: own, origin: "entry" }) };
  } else {
    yield { what: "finding", finding: finding("mail/elsewhere", { kind: "attachment" }) };
    yield { what: "status", status: "partial", reason: "absent" };
  }
}
