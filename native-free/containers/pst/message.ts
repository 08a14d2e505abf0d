/** One item of an Outlook data file: its properties, recipients and attachments (MS-PST 2.4.5 and 2.4.6). */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { attachmentFacts, type AttachmentFacts } from "../../mapi/attachment.ts";
import { tag } from "../../mapi/message-extractions.ts";
import { type MapiProperty, PropertyBag } from "../../mapi/properties.ts";
import type { ItemTime } from "../../model/item.ts";
import type { PstDatabase } from "../../pst/database.ts";
import { Heap, heapClient } from "../../pst/heap.ts";
import { NodeData, type Subnode } from "../../pst/node-data.ts";
import { openProperties, type PstObject, type ReadOptions, readProperties } from "../../pst/pst-object.ts";
import { rowIds, rows } from "../../pst/table.ts";

/** Subnodes of a message (2.4.1). */
const recipientTable = 0x692;
const attachmentTable = 0x671;
const attachmentType = 0x05;
const dataProperty = 0x3701;
const attachmentLimit = 50_000;

export interface Attachment {
  readonly number: number;
  readonly facts: AttachmentFacts;
  /** As the sender's program named it. */
  readonly mime: string | null;
  readonly contentId: string | null;
  /** Bytes, a message, or nothing where it is only pointed to or lost. */
  readonly content: ByteSource | Message | null;
}

export interface Message {
  readonly bag: PropertyBag;
  readonly recipients: readonly PropertyBag[];
  /** Opened one by one: their contents may be large. */
  readonly attachments: () => Generator<Attachment>;
}

/** Null where the node holds no object. */
export function openMessage(database: PstDatabase, place: Subnode, options: ReadOptions): Message | null {
  const object = openProperties(database, place);
  if (object === null) return null;
  const bag = new PropertyBag(readProperties(object, options).properties.map(withoutPrefixMark));
  const codePage = bag.number(tag.messageCodePage) ?? bag.number(tag.internetCodePage) ?? options.codePage;
  const own = { ...options, codePage: codePage === 1200 ? 0 : codePage };
  return {
    bag,
    recipients: place.sub === 0 ? [] : recipientsOf(object, own),
    attachments: () => attachmentsOf(object, place, own),
  };
}

/** A subject begins with a mark and the length of its prefix (2.5.3.1.1.1). */
function withoutPrefixMark(property: MapiProperty): MapiProperty {
  const { id, value } = property;
  const isMarked = id === 0x0037 && typeof value === "string" && value.startsWith("\u0001");
  return isMarked ? { ...property, value: value.slice(2) } : property;
}

function recipientsOf(object: PstObject, options: ReadOptions): PropertyBag[] {
  const table = object.subnodes.get(recipientTable);
  if (!table) return [];
  return [...rows(object.database, table, options)].map((row: MapiProperty[]) => new PropertyBag(row));
}

function* attachmentsOf(object: PstObject, place: Subnode, options: ReadOptions): Generator<Attachment> {
  if (place.sub === 0) return;
  const table = object.subnodes.get(attachmentTable);
  const numbers = new Set<number>();
  if (table) {
    for (const number of rowIds(object.database, table)) if (numbers.size < attachmentLimit) numbers.add(number);
  }
  // Where the table is lost, the subnodes still say what they are.
  for (const number of object.subnodes.keys()) {
    if ((number & 0x1f) === attachmentType && numbers.size < attachmentLimit) numbers.add(number);
  }
  for (const number of numbers) {
    const subnode = object.subnodes.get(number);
    const inner = subnode ? openProperties(object.database, subnode) : null;
    if (inner === null) object.database.damage.lost(`attachment ${number}`);
    else yield attachmentOf(inner, number, options);
  }
}

function attachmentOf(object: PstObject, number: number, options: ReadOptions): Attachment {
  const { properties, objects } = readProperties(object, options);
  const bag = new PropertyBag(properties);
  const held = objects.get(dataProperty);
  return {
    number,
    facts: attachmentFacts(bag),
    mime: bag.text(0x370e),
    contentId: bag.text(0x3712),
    content: held === undefined ? bag.source(dataProperty) : heldObject(object, held, options),
  };
}

/** An attached message; else the bytes of an OLE storage. */
function heldObject(object: PstObject, number: number, options: ReadOptions): ByteSource | Message | null {
  const subnode = object.subnodes.get(number);
  if (!subnode) {
    object.database.damage.lost(`subnode ${number}`);
    return null;
  }
  const data = new NodeData(object.database, subnode.data);
  const isMessage = Heap.open(data, object.database, heapClient.properties) !== null;
  return isMessage ? openMessage(object.database, subnode, options) : data;
}

/** When it was sent, delivered, made and last changed, as its properties say. */
export function timesOf(bag: PropertyBag): ItemTime[] {
  const times: ItemTime[] = [];
  const take = (kind: ItemTime["kind"], id: number, source: string): void => {
    const value = bag.text(id);
    if (value !== null) times.push({ kind, value, zone: "utc", source });
  };
  take("b", 0x0039, "mapi-submit");
  take("b", 0x0e06, "mapi-delivery");
  take("b", 0x3007, "mapi-created");
  take("m", 0x3008, "mapi-modified");
  return times;
}
