/** Findings of documents, pictures and media. */
import type { FindingKind } from "./findings.ts";

export const documentFindings = {
  "document/damaged": {
    severity: "loss",
    text: "The {format} document cannot be read further ({problem}).",
    advice: "What could be read is indexed; the rest is searched as strings.",
  },
  "document/too-large": {
    severity: "loss",
    text: "It is larger than the {limit} bytes that may be read into memory at once.",
    advice: "Process it with more memory for workers.",
  },
  "warc/damaged": {
    severity: "loss",
    text: "At {places} places it is no web archive, or cut; {records} records were read.",
    advice: "What was read is listed; look for another copy.",
  },
  "warc/record-cut": {
    severity: "loss",
    text: "Less of it is there than the archive says.",
    advice: "What is there was read; look for another copy.",
  },
  "warc/body-coded": {
    severity: "loss",
    text: "It is kept as it was sent; what it was coded with could not be undone.",
    advice: "Decode it with another tool and register the result.",
  },
  "document/part-unreadable": {
    severity: "loss",
    text: "A part of the document has no readable data ({reason}).",
    advice: "The rest of the document is indexed.",
  },
  "document/part-limit": {
    severity: "loss",
    text: "A part of the document unpacks to more than {limit} bytes; what lies beyond was not read.",
    advice: "Possibly a decompression bomb; raise budgets.textChars in the profile to go on.",
  },
  "document/doctype": {
    severity: "anomaly",
    text: "Its {part} part declares a document type, which its format forbids.",
    advice: "Nothing in the declaration was followed; it is a known way to attack programs that read it.",
  },
  "document/xml-damaged": {
    severity: "loss",
    text: "Its {part} part is not well-formed XML ({problem}).",
    advice: "What could be understood is indexed; text may be missing.",
  },
  "document/no-main-part": {
    severity: "loss",
    text: "It has the structure of a document, but its main part is missing.",
    advice: "Its other parts are items of their own.",
  },
  "pdf/too-large": {
    severity: "loss",
    text: "It is larger than the {limit} bytes that may be read into memory at once.",
    advice: "Process it with more memory for workers.",
  },
  "pdf/encrypted": {
    severity: "loss",
    text: "It opens only with a password.",
    advice: "Ask for the password.",
  },
  "pdf/reader-trapped": {
    severity: "loss",
    text: "The page reader gave up on it ({problem}); the pages before that were read.",
    advice: "Possibly built to harm readers; look at it by hand in a safe place.",
  },
  "pdf/page-unreadable": {
    severity: "loss",
    text: "{pages} of its pages could not be read.",
    advice: "The other pages are indexed.",
  },
  "pdf/stream-damaged": {
    severity: "loss",
    text: "{streams} of its compressed streams do not unpack, the first in object {object}.",
    advice: "Text of pages may be missing without a trace; look for another copy.",
  },
  "pdf/no-text-layer": {
    severity: "note",
    text: "{pages} of its pages show pictures and have no text.",
    advice: "Probably scanned: their text is not searchable without character recognition.",
  },
  "pdf/salvaged": {
    severity: "loss",
    text: "Its structure is damaged; pages were found by rebuilding it.",
    advice: "Expect missing or wrong pages; look for another copy.",
  },
  "pdf/metadata-unreadable": {
    severity: "loss",
    text: "Parts of its metadata, annotations or attachments could not be read.",
    advice: "The text of its pages is unaffected.",
  },
  "pdf/attachment-unreadable": {
    severity: "loss",
    text: "The attached file has no readable data.",
    advice: "Its name is known; look for another copy of the document.",
  },
  "pdf/script": {
    severity: "note",
    text: "It holds scripts that a viewer would run; their text is indexed.",
    advice: "Open it only in a safe place.",
  },
  "pdf/revisions": {
    severity: "note",
    text: "It holds {revisions} earlier states of itself; {read} of them were read for what was removed or changed since.",
    advice: "Look under the labels that begin with revision.",
  },
  "pdf/changed-after-signature": {
    severity: "anomaly",
    text: "{bytes} bytes were added after its last signature.",
    advice: "Common for time stamps and later signatures; else compare with the signed state.",
  },
  "pdf/form-unread": {
    severity: "loss",
    text: "It has a form of the XFA kind whose data could not be read.",
    advice: "Open it with a program that shows such forms.",
  },
  "document/signed": {
    severity: "note",
    text: "It carries {signatures} digital signatures; whether they hold was not verified.",
    advice: "Verify them with a program that knows the issuers.",
  },
  "document/signature-unreadable": {
    severity: "note",
    text: "A digital signature in it could not be read.",
    advice: "Look at it with a program of its kind.",
  },
  "document/encrypted": {
    severity: "loss",
    text: "Its parts are encrypted.",
    advice: "Ask for the password.",
  },
  "text/not-decoded": {
    severity: "loss",
    text: "It was read as it stands; what it encodes (attachments, transfer encodings, control words) was not decoded.",
    advice: "Words in encoded parts are not found; open it with a program of its kind.",
  },
  "text/invalid-bytes": {
    severity: "note",
    text: "{count} bytes or characters are not valid {charset}.",
    advice: "They were kept as Windows-1252 letters or as replacement characters; look at the bytes if they matter.",
  },
  "xml/not-well-formed": {
    severity: "anomaly",
    text: "It is not well-formed XML ({problem}, line {line}).",
    advice: "Its text was read without its structure and is searchable.",
  },
  "picture/damaged": {
    severity: "loss",
    text: "The {format} structure cannot be read further ({problem}).",
    advice: "Metadata before that place was read; the rest is unread.",
  },
  "picture/truncated": {
    severity: "loss",
    text: "The {format} picture has no end; the file was cut short.",
    advice: "The lower part of the picture is missing; look for another copy.",
  },
  "picture/metadata-damaged": {
    severity: "loss",
    text: "It carries metadata that cannot be read, wholly or in part.",
    advice: "Look at it with another tool before relying on the absence of a value.",
  },
  "picture/implausible": {
    severity: "anomaly",
    text: "Its metadata holds an impossible value ({what}), which was not taken over.",
    advice: "Damage, or metadata written by hand; look at the raw tags.",
  },
  "picture/head-only": {
    severity: "loss",
    text: "Metadata was looked for in the first {limit} bytes only.",
    advice: "Raise the limit of whole reads in the profile and process again.",
  },
  "media/damaged": {
    severity: "loss",
    text: "Its tags and stream properties cannot be read ({problem}).",
    advice: "Look at it with a player or another tool.",
  },
  "media/truncated": {
    severity: "loss",
    text: "It declares {bytes} bytes more than there are; the file was cut short.",
    advice: "The end of the recording is missing; look for another copy.",
  },
  "media/implausible": {
    severity: "anomaly",
    text: "Its metadata holds an impossible value ({what}), which was not taken over.",
    advice: "Damage, or metadata written by hand; look at the raw tags.",
  },
} as const satisfies Record<string, FindingKind>;
