/** The header of a rendered message (RFC 5322 3.6; MS-OXCMAIL 2.1). */
import { tag } from "../../mapi/message-extractions.ts";
import type { PropertyBag } from "../../mapi/properties.ts";

const lineLimit = 16_384;
const headerChars = 1 << 20;
const recipientLimit = 10_000;
const recipientNames: Readonly<Record<number, string>> = { 1: "To", 2: "Cc", 3: "Bcc" };
const importanceWords = ["low", "normal", "high"];

/** Without what would begin a line of its own. */
export const oneLine = (text: string): string =>
  text
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u001f\u007f\u2028\u2029]+/g, " ")
    .trim()
    .slice(0, lineLimit);

/** Without MIME fields, which are those of the rendering. */
export function headerLines(bag: PropertyBag, recipients: readonly PropertyBag[]): string[] {
  const kept = transportLines(bag.text(tag.transportHeaders) ?? "");
  const has = (name: string): boolean => kept.some((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  const made: string[] = [];
  const add = (name: string, value: string | null): void => {
    if (value !== null && value.trim() !== "" && !has(name)) made.push(`${name}: ${oneLine(value)}`);
  };
  const from = person(bag.text(0x0042) ?? bag.text(0x0c1a), bag.text(0x5d02) ?? bag.text(0x0065) ?? bag.text(0x0c1f));
  const sender = person(bag.text(0x0c1a), bag.text(0x5d01) ?? bag.text(0x0c1f));
  add("From", from);
  if (sender !== from) add("Sender", sender);
  for (const [name, people] of peopleOf(recipients)) add(name, people);
  add("Reply-To", person(bag.text(0x0050), null));
  // An item without a subject or a date still is one.
  if (!has("Subject")) made.push(`Subject: ${oneLine(bag.text(0x0037) ?? "")}`);
  add("Date", dateText(bag.text(0x0039) ?? bag.text(0x3007)));
  add("Delivery-date", dateText(bag.text(0x0e06)));
  add("Message-ID", bag.text(0x1035));
  add("In-Reply-To", bag.text(0x1042));
  add("References", bag.text(0x1039));
  const categories = bag.value("public/Keywords");
  if (Array.isArray(categories)) add("Keywords", categories.filter((word) => typeof word === "string").join(", "));
  add("Importance", importanceWords[bag.number(tag.importance) ?? -1] ?? null);
  add("X-Outlook-Class", bag.text(tag.messageClass));
  return [...kept, ...made];
}

/** Lines of the header as it came, each field with what it goes on with. */
function transportLines(text: string): string[] {
  const kept: string[] = [];
  let isKept = false;
  for (const line of text.slice(0, headerChars).split(/\r\n|\n|\r/)) {
    if (/^[ \t]+\S/.test(line)) {
      if (isKept) kept[kept.length - 1] += `\r\n ${oneLine(line)}`;
      continue;
    }
    isKept = /^[!-9;-~]+:/.test(line) && !/^(?:-|MIME-Version:|Content-)/i.test(line);
    if (isKept) kept.push(oneLine(line));
  }
  return kept;
}

/** Header fields of the recipients, by kind (MS-OXOMSG 2.2.3.1). */
function peopleOf(recipients: readonly PropertyBag[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const recipient of recipients.slice(0, recipientLimit)) {
    const name = recipientNames[(recipient.number(tag.recipientType) ?? 1) & 0xf] ?? "To";
    const text = person(
      recipient.text(tag.displayName) ?? recipient.text(0x5ff6),
      recipient.text(tag.smtpAddress) ?? recipient.text(tag.address),
    );
    if (text !== null) found.set(name, found.has(name) ? `${found.get(name)},\r\n ${text}` : text);
  }
  return found;
}

/** `"Name" <address>`; addresses of Exchange are paths, kept as they are. */
function person(name: string | null, address: string | null): string | null {
  const shown = oneLine(name ?? "").replaceAll(/["\\]/g, "'");
  const where = oneLine(address ?? "").replaceAll(/[<>]/g, "");
  if (shown === "" && where === "") return null;
  if (where === "" || shown === where)
    return where.includes("@") || shown.includes("@") ? where || shown : `"${shown || where}"`;
  return shown === "" ? `<${where}>` : `"${shown}" <${where}>`;
}

/** RFC 5322 3.3, in UTC. */
function dateText(iso: string | null): string | null {
  const time = iso === null ? Number.NaN : Date.parse(`${iso.slice(0, 19)}Z`);
  return Number.isNaN(time) ? null : new Date(time).toUTCString().replace("GMT", "+0000");
}
