/** Contacts as cards (RFC 6350), appointments and tasks as calendars (RFC 5545), and texts of properties that nothing else shows. */
import { Buffer } from "node:buffer";
import { readRange } from "../../bytes/byte-source.ts";
import { tag } from "../../mapi/message-extractions.ts";
import type { MapiProperty, PropertyBag } from "../../mapi/properties.ts";

interface ItemPart {
  readonly type: string;
  readonly name: string;
  readonly text: string;
}

/** Null for mail and for classes that have no form of their own. */
export function itemPart(bag: PropertyBag): ItemPart | null {
  const kind = (bag.text(tag.messageClass) ?? "").toLowerCase();
  if (kind.startsWith("ipm.contact"))
    return { type: "text/vcard; charset=utf-8", name: "contact.vcf", text: card(bag) };
  if (kind.startsWith("ipm.appointment") || kind.startsWith("ipm.schedule.meeting")) {
    return { type: "text/calendar; charset=utf-8", name: "appointment.ics", text: calendar(bag, "VEVENT") };
  }
  if (kind.startsWith("ipm.task")) {
    return { type: "text/calendar; charset=utf-8", name: "task.ics", text: calendar(bag, "VTODO") };
  }
  if (kind.startsWith("ipm.distlist")) {
    return { type: "text/plain; charset=utf-8", name: "members.txt", text: listMembers(bag).join("\r\n") };
  }
  return null;
}

/** Provider of one-off entries (MS-OXCDATA 2.2.5.1). */
const oneOffProvider = Buffer.from("812b1fa4bea310199d6e00dd010f5402", "hex");
const memberBytes = 1 << 16;

/** Members of a list as they were when it was saved: `Name <address>` (MS-OXOCNTC 2.2.2.2.2). */
function listMembers(bag: PropertyBag): string[] {
  const members = bag.value("address/0x8054");
  const found: string[] = [];
  for (const member of Array.isArray(members) ? members : []) {
    if (typeof member !== "object" || !("readInto" in member)) continue;
    const bytes = Buffer.from(readRange(member, 0, memberBytes));
    if (bytes.length < 24 || !bytes.subarray(4, 20).equals(oneOffProvider)) continue;
    const isWide = (bytes.readUInt16LE(22) & 0x8000) !== 0;
    const [name = "", , address = ""] = bytes
      .subarray(24)
      .toString(isWide ? "utf16le" : "latin1")
      .split("\0");
    found.push(`${name} <${address}>`.toWellFormed());
  }
  return found;
}

const escaped = (text: string): string =>
  text
    .replaceAll(/([\\,;])/g, "\\$1")
    .replaceAll(/\r\n|\n|\r/g, "\\n")
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u001f\u007f]/g, " ");

const phones: readonly (readonly [number, string])[] = [
  [0x3a08, "work"],
  [0x3a1b, "work"],
  [0x3a09, "home"],
  [0x3a2f, "home"],
  [0x3a1c, "cell"],
  [0x3a21, "pager"],
  [0x3a24, "fax"],
  [0x3a25, "fax"],
  [0x3a1a, "pref"],
  [0x3a1d, "voice"],
  [0x3a1e, "car"],
  [0x3a2e, "assistant"],
  [0x3a02, "callback"],
];

function card(bag: PropertyBag): string {
  const lines: string[] = ["BEGIN:VCARD", "VERSION:3.0"];
  const text = (key: number | string): string => escaped(bag.text(key) ?? "");
  const add = (name: string, value: string): void => {
    if (value.replaceAll(";", "").trim() !== "") lines.push(`${name}:${value}`);
  };
  lines.push(`FN:${text(tag.displayName) || text(0x0037)}`);
  lines.push(`N:${[0x3a11, 0x3a06, 0x3a44, 0x3a45, 0x3a05].map(text).join(";")}`);
  add("NICKNAME", text(0x3a4f));
  add("ORG", [0x3a16, 0x3a18].map(text).join(";"));
  add("TITLE", text(0x3a17));
  for (const [id, type] of phones) add(`TEL;TYPE=${type}`, text(id));
  for (const key of ["address/0x8083", "address/0x8093", "address/0x80a3"]) add("EMAIL", text(key));
  add("ADR;TYPE=home", ["", "", ...[0x3a5d, 0x3a59, 0x3a5c, 0x3a5b, 0x3a5a].map(text)].join(";"));
  add(
    "ADR;TYPE=work",
    ["", "", ...["0x8045", "0x8046", "0x8047", "0x8048", "0x8049"].map((id) => text(`address/${id}`))].join(";"),
  );
  add("ADR", ["", "", ...[0x3a29, 0x3a27, 0x3a28, 0x3a2a, 0x3a26].map(text)].join(";"));
  add("URL", text("address/0x802b"));
  add("URL", text(0x3a51));
  add("BDAY", (bag.text(0x3a42) ?? "").slice(0, 10));
  lines.push("END:VCARD", "");
  return lines.join("\r\n");
}

function calendar(bag: PropertyBag, kind: "VEVENT" | "VTODO"): string {
  const lines: string[] = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Vestige//Outlook item//EN", `BEGIN:${kind}`];
  const add = (name: string, value: string | null): void => {
    if (value !== null && value !== "") lines.push(`${name}:${value}`);
  };
  const time = (...keys: readonly (number | string)[]): string | null => {
    for (const key of keys) {
      const value = bag.text(key);
      if (value !== null) return `${value.slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
    }
    return null;
  };
  add("SUMMARY", escaped(bag.text(0x0037) ?? ""));
  if (kind === "VEVENT") {
    add("DTSTART", time("appointment/0x820d", 0x0060));
    add("DTEND", time("appointment/0x820e", 0x0061));
  } else {
    add("DTSTART", time("task/0x8104"));
    add("DUE", time("task/0x8105"));
    add("COMPLETED", time("task/0x810f"));
  }
  add("LOCATION", escaped(bag.text("appointment/0x8208") ?? ""));
  add("CREATED", time(0x3007));
  add("LAST-MODIFIED", time(0x3008));
  lines.push(`END:${kind}`, "END:VCALENDAR", "");
  return lines.join("\r\n");
}

/** Shown by header and bodies, or only of use to programs. */
const shownElsewhere = new Set<number>([
  ...[tag.body, tag.html, tag.rtf, tag.transportHeaders, tag.messageClass],
  ...[0x0037, 0x0042, 0x0064, 0x0065, 0x0c1a, 0x0c1e, 0x0c1f, 0x5d01, 0x5d02, 0x1035, 0x1039, 0x1042, 0x0050],
  ...[0x003d, 0x0070, 0x0e1d, 0x0e02, 0x0e03, 0x0e04],
]);
const otherChars = 1 << 20;

/** With their names, so that they are searchable. */
export function otherTexts(bag: PropertyBag): string {
  const lines: string[] = [];
  const said = new Set<string>();
  let chars = 0;
  for (const property of bag.all) {
    if (shownElsewhere.has(property.id) || property.name === "public/Keywords" || chars > otherChars) continue;
    for (const text of textsOf(property)) {
      const value = text.trim();
      if (said.has(value)) continue;
      said.add(value);
      const line = `${property.name ?? `0x${property.id.toString(16).padStart(4, "0")}`}: ${value}\r\n`;
      lines.push(line);
      chars += line.length;
    }
  }
  return lines.join("");
}

function textsOf({ value, type }: MapiProperty): string[] {
  // Times are fields or of no use as words; GUIDs are not written by people.
  if ((type & 0xfff) !== 0x1e && (type & 0xfff) !== 0x1f) return [];
  const texts = Array.isArray(value) ? value : [value];
  return texts.filter((text): text is string => typeof text === "string" && text.trim() !== "");
}
