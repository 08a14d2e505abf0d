/**
 * Address lists (RFC 5322 3.4): mailboxes and groups, with quoted names, comments and what writers make of them. Nothing
 * that stands in the field is dropped: what is no address is given as it is written.
 */
import type { HeaderDecoder } from "./decode-text.ts";

const addressLimit = 50_000;
const mailboxChars = 4000;

/** One text per mailbox, as `Name <address>`, `address` or `Name`; of a group without members its name and a colon. */
export function parseAddresses(raw: string, decoder: HeaderDecoder): string[] {
  const found: string[] = [];
  let group: string | null = null;
  let members = 0;
  for (const token of splitList(raw)) {
    if (found.length >= addressLimit) break;
    if (token.kind === "group") {
      group = formatMailbox(token.text, decoder);
      members = 0;
      continue;
    }
    const mailbox = formatMailbox(token.text, decoder);
    if (mailbox !== "") {
      found.push(mailbox);
      members += 1;
    }
    if (token.endsGroup && group !== null) {
      if (members === 0 && group !== "") found.push(`${group}:`);
      group = null;
    }
  }
  if (group !== null && members === 0 && group !== "") found.push(`${group}:`);
  return found;
}

interface ListToken {
  readonly kind: "mailbox" | "group";
  readonly text: string;
  readonly endsGroup: boolean;
}

/** Parts a list at commas and semicolons outside of quotes, comments and angle brackets; a colon there ends a group's name. */
function* splitList(raw: string): Generator<ListToken> {
  let start = 0;
  const [lastQuote, lastAngle, lastBracket] = ['"', ">", ")"].map((char) => raw.lastIndexOf(char)) as [
    number,
    number,
    number,
  ];
  let [quoted, angle, comment] = [false, false, 0];
  for (let at = 0; at < raw.length; at++) {
    const char = raw[at]!;
    if (char === "\\" && (quoted || comment > 0)) at++;
    else if (quoted) quoted = char !== '"' || !closesQuote(raw, at);
    else if (comment > 0) comment += char === "(" ? 1 : char === ")" ? -1 : 0;
    else if (char === '"' && at < lastQuote) quoted = true;
    else if (char === "(" && at < lastBracket) comment = 1;
    else if (char === "<" && at < lastAngle) angle = true;
    else if (char === ">") angle = false;
    else if (!angle && (char === "," || char === ";")) {
      yield { kind: "mailbox", text: raw.slice(start, at), endsGroup: char === ";" };
      start = at + 1;
    } else if (!angle && char === ":" && isGroupName(raw.slice(start, at))) {
      yield { kind: "group", text: raw.slice(start, at), endsGroup: false };
      start = at + 1;
    }
  }
  yield { kind: "mailbox", text: raw.slice(start), endsGroup: true };
}

/** A quote inside of a name that goes on with letters does not end it: `"Joe "the man" Doe"`. */
function closesQuote(raw: string, at: number): boolean {
  return !/^\w[^<,]*"\s*</.test(raw.slice(at + 1, at + 200));
}

/** `mailto:`, times and IPv6 addresses hold colons too. */
function isGroupName(text: string): boolean {
  return !text.includes("@") && !text.includes("[") && !/^\s*(mailto|smtp|sip)$/i.test(text) && !/\d$/.test(text);
}

function formatMailbox(raw: string, decoder: HeaderDecoder): string {
  const text = raw.trim();
  if (text === "") return "";
  // No mailbox is that long: damage, given as it stands.
  if (text.length > mailboxChars) return decoder.plain(text);
  const angle = /^([\s\S]*?)<([^<>]*)>([\s\S]*)$/.exec(text);
  if (!angle) {
    const comment = /^(\S+@\S+)\s*\(([\s\S]*)\)$/.exec(text);
    if (comment) return `${displayName(comment[2]!, decoder)} <${decoder.plain(comment[1]!)}>`;
    return displayName(text, decoder);
  }
  const name = displayName(`${angle[1]!} ${angle[3]!}`, decoder);
  const address = decoder.words(tidyAddress(angle[2]!));
  if (name === "" || name === address) return address;
  return address === "" ? name : `${name} <${address}>`;
}

/** RFC 5322 4.4 allowed blanks and comments around dots and the at sign. */
function tidyAddress(raw: string): string {
  const bare = raw.replaceAll(/\([^()]*\)/g, "").trim();
  return /^["'].*["']$|"/.test(bare) ? bare : bare.replaceAll(/\s*([.@])\s*/g, "$1");
}

/** Without the quotes around it or around its words. */
function displayName(raw: string, decoder: HeaderDecoder): string {
  const unquoted = raw
    .trim()
    .replaceAll(/"((?:[^"\\]|\\[\s\S])*)"/g, (_all, inner: string) => inner.replaceAll(/\\([\s\S])/g, "$1"));
  return decoder
    .words(unquoted.replaceAll(/^["']+|["']+$/g, ""))
    .replaceAll(/\s+/g, " ")
    .trim();
}
