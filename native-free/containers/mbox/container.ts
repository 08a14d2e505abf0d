/**
 * Mailboxes of many messages in one file (RFC 4155; mboxo, mboxrd, mboxcl, mboxcl2), as Thunderbird, Unix programs, Google
 * Takeout and Apple Mail export them. Every message is a child; nothing but windows is in memory. Messages that a program
 * marked as deleted and did not remove are children like all others, with a finding.
 * Not supported: MMDF and Babyl mailboxes; index files beside the mailbox are items of their own.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { type Header, valueOf } from "../../mail/header.ts";
import { mailDate } from "../../mail/mail-date.ts";
import { EvidenceError } from "../../model/errors.ts";
import type { Child, ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { ItemTime } from "../../model/item.ts";
import { type MailboxMessage, mailboxMessages } from "./separators.ts";
import { plainBytes, unquotedBytes } from "./unquote.ts";

export const mboxContainer: Extractor = {
  id: "mbox",
  family: "container",
  name: "Mailbox (mboxo, mboxrd, mboxcl, mboxcl2)",
  spec: "RFC 4155",
  level: "complete",
  types: ["mbox"],
  extract: extractMailbox,
};

async function* extractMailbox(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  const dialect = new Dialect();
  // The consumer stops a reader whose text is too long: the lines must not cost messages.
  const lines = { charsLeft: Math.floor(context.textLimitChars / 2), isCut: false };
  let count = 0;
  for (const message of mailboxMessages(source)) {
    if (count === 0 && message.at > 0) yield { what: "child", child: bytesBefore(source, message.at) };
    count += 1;
    dialect.take(message);
    yield* separatorText(message, lines);
    yield { what: "child", child: messageChild(source, message, count) };
  }
  if (count === 0) throw new EvidenceError("mail/damaged", { format: "MBOX", problem: "no-message" });
  yield { what: "field", name: "formatVersion", value: dialect.name, source: "mbox" };
  if (dialect.wrongLengths > 0) {
    yield { what: "finding", finding: finding("mail/content-length", { messages: dialect.wrongLengths }) };
  }
  if (lines.isCut) {
    yield { what: "finding", finding: finding("mail/text-limit", { limit: Math.floor(context.textLimitChars / 2) }) };
    yield { what: "status", status: "partial", reason: "budget" };
  }
}

/** What the messages together say of the program that wrote the mailbox. */
class Dialect {
  wrongLengths = 0;
  #lengths = 0;
  #inside = 0;
  #quoted = 0;
  #quotedTwice = 0;

  take({ length, inside, quoted, quotedTwice }: MailboxMessage): void {
    if (length === "fits") this.#lengths += 1;
    if (length === "wrong") this.wrongLengths += 1;
    this.#inside += inside;
    this.#quoted += quoted;
    this.#quotedTwice += quotedTwice;
  }

  /** Without a line that would need quotes, the dialects that differ only in quoting cannot be told apart. */
  get name(): string {
    if (this.#lengths > 0) return this.#inside > 0 ? "mboxcl2" : this.#quoted > 0 ? "mboxcl" : "mboxcl or mboxcl2";
    if (this.#quotedTwice > 0) return "mboxrd";
    return this.#quoted > 0 ? "mboxo or mboxrd" : "mbox";
  }
}

/** The separator names the envelope's sender, which stands nowhere else. */
function* separatorText({ line }: MailboxMessage, lines: { charsLeft: number; isCut: boolean }): Generator<Extraction> {
  lines.charsLeft -= line.length + 1;
  if (lines.charsLeft < 0) lines.isCut = true;
  else yield { what: "text", text: `${line}\n`, label: "separator" };
}

function messageChild(source: ByteSource, message: MailboxMessage, number: number): Child {
  const { at, start, end, header, quoted, inside } = message;
  // Lines inside that are not quoted: the writer does not quote.
  const isQuoted = quoted > 0 && inside === 0;
  const bodyAt = Math.min(header.bodyAt, end);
  return {
    key: String(at),
    name: { text: `message-${number}.eml`, bytes: null },
    kind: "file",
    origin: "entry",
    size: isQuoted ? null : end - start,
    packedSize: end - at,
    times: separatorTime(message.line),
    findings: [...deletedBy(header), ...(isQuoted ? [finding("mail/from-unquoted", { lines: quoted })] : [])],
    content: {
      open: async function* () {
        yield* isQuoted ? unquotedBytes(source, start, bodyAt, end) : plainBytes(source, start, end);
      },
    },
  };
}

/** When the message came into the mailbox; programs write local time, UTC or both. */
function separatorTime(line: string): ItemTime[] {
  const date = /\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b.*$/.exec(line)?.[0];
  const value = date === undefined ? null : mailDate(date);
  if (value === null) return [];
  const zone = value.endsWith("Z") ? "utc" : /[+-]\d\d:\d\d$/.test(value) ? "offset" : "local-unknown";
  return [{ kind: "b", value, zone, source: "mbox-from" }];
}

const expunged = 0x0008;

/** Mozilla keeps flags as four hexadecimal digits, other programs letters, `D` for deleted. */
function deletedBy(header: Header): Finding[] {
  const found: Finding[] = [];
  const mozilla = valueOf(header, "x-mozilla-status");
  if (mozilla !== null && /^[0-9A-Fa-f]{1,4}$/.test(mozilla) && (Number.parseInt(mozilla, 16) & expunged) !== 0) {
    found.push(finding("mail/deleted", { source: "X-Mozilla-Status" }));
  }
  if (/D/.test(valueOf(header, "x-status") ?? "")) found.push(finding("mail/deleted", { source: "X-Status" }));
  return found;
}

function bytesBefore(source: ByteSource, length: number): Child {
  return {
    key: "before:0",
    name: { text: "bytes-before-mailbox", bytes: null },
    kind: "file",
    origin: "embedded",
    size: length,
    packedSize: length,
    times: [],
    findings: [],
    content: {
      open: async function* () {
        yield* plainBytes(source, 0, length);
      },
    },
  };
}
