/** Findings of messages, mailboxes, address cards and calendars. */
import type { FindingKind } from "./findings.ts";

export const mailFindings = {
  "mail/damaged": {
    severity: "loss",
    text: "The {format} structure cannot be read further ({problem}).",
    advice: "What could be read is indexed; look for another copy of the mailbox.",
  },
  "mail/header-lines": {
    severity: "anomaly",
    text: "{lines} lines of its header are no header fields.",
    advice: "Damage, or a header that was written or changed by hand.",
  },
  "mail/header-limit": {
    severity: "loss",
    text: "Its header is longer than is read; {fields} fields were taken.",
    advice: "Look at the rest of it by hand.",
  },
  "mail/date-unreadable": {
    severity: "anomaly",
    text: "{dates} of its dates are no dates of the calendar.",
    advice: "They are searchable as written; do not rely on the order of time.",
  },
  "mail/no-boundary": {
    severity: "anomaly",
    text: "It says that it is in parts, but no line parts them as it says ({kind}).",
    advice: "What looked like parts was read; compare with the bytes.",
  },
  "mail/unclosed": {
    severity: "loss",
    text: "It ends before the line that closes its parts.",
    advice: "The end of the message may be missing; look for another copy.",
  },
  "mail/too-many-parts": {
    severity: "loss",
    text: "It has more than {limit} parts, or parts deeper than {depth} levels.",
    advice: "Possibly built to harm readers; the rest is in the last part that was read.",
  },
  "mail/transfer-damaged": {
    severity: "loss",
    text: "{count} places are not valid {encoding}.",
    advice: "The decoded bytes may differ from what was sent.",
  },
  "mail/transfer-unknown": {
    severity: "anomaly",
    text: "A part names a transfer encoding that does not exist; its bytes were taken as they stand.",
    advice: "Look at the part by hand.",
  },
  "mail/text-limit": {
    severity: "loss",
    text: "A text in it is longer than the {limit} bytes that are decoded; what lies beyond was not read.",
    advice: "Raise budgets.textChars in the profile to go on.",
  },
  "mail/inline-cut": {
    severity: "loss",
    text: "A file in its text ({encoding}) has no end.",
    advice: "Its other parts may be in other messages of the same subject.",
  },
  "mail/encrypted": {
    severity: "loss",
    text: "It holds an encrypted part ({method}).",
    advice: "Ask for the key; the header is readable and indexed.",
  },
  "mail/signed": {
    severity: "note",
    text: "It holds a digital signature ({method}).",
    advice: "The signature is an item of its own; it was not verified.",
  },
  "mail/partial-message": {
    severity: "note",
    text: "It is part {number} of {total} of a message that was split for sending.",
    advice: "Look for the other parts by their common identifier.",
  },
  "mail/elsewhere": {
    severity: "loss",
    text: "A part of it lies outside of it ({kind}).",
    advice: "Look for it where the text of the part says.",
  },
  "mail/deleted": {
    severity: "note",
    text: "The mail program had marked it as deleted ({source}).",
    advice: "It was out of the user's sight, but not yet removed.",
  },
  "mail/recovered": {
    severity: "note",
    text: "No index of the mailbox names it; it was put together from {pieces} pieces left behind.",
    advice: "Four bytes of each piece are lost (question marks); pieces of other messages may be mixed in.",
  },
  "mail/from-unquoted": {
    severity: "note",
    text: "{lines} lines that the mailbox had quoted were given back their form.",
    advice: "The bytes of the mailbox have one more '>' before each of them.",
  },
  "mail/content-length": {
    severity: "anomaly",
    text: "{messages} messages state a length that does not fit.",
    advice: "They were parted by their separator lines instead.",
  },
  "mail/index-differs": {
    severity: "anomaly",
    text: "The index counts {declared} messages, {found} were found.",
    advice: "The mailbox was damaged or written to by another program.",
  },
  "mail/rebuilt": {
    severity: "note",
    text: "The embedded object was given the frame of a file of its own; its streams are unchanged.",
    advice: "Its hash is that of the rebuilt file, not of a file that ever lay on the medium.",
  },
  "mail/property-damaged": {
    severity: "loss",
    text: "{count} of its properties cannot be read.",
    advice: "The other properties are indexed.",
  },
  "mail/rtf-checksum": {
    severity: "anomaly",
    text: "The checksum of its compressed text does not fit.",
    advice: "The text was unpacked all the same and may be damaged.",
  },
  "mail/card-lines": {
    severity: "anomaly",
    text: "{lines} of its lines are no properties of the format.",
    advice: "They are searchable as text.",
  },
  "mail/card-unclosed": {
    severity: "loss",
    text: "It ends inside of an entry.",
    advice: "The end of the file may be missing; look for another copy.",
  },
} as const satisfies Record<string, FindingKind>;
