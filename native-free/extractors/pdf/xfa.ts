/**
 * XFA forms of a PDF (ISO 32000-1, 12.7.8; XFA 3.3): templates and data are XML in streams, found by their content. Values
 * and captions become text. Not supported: forms in encrypted documents, streams packed by anything but FlateDecode.
 */
import { Buffer } from "node:buffer";
import { inflateSync } from "node:zlib";
import type { Extraction } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { XmlStream, type XmlHandler } from "../xml-stream.ts";
import { streamsOf } from "./damaged-streams.ts";

/** Templates and data of a form are small. */
const PACKET_LIMIT_BYTES = 32 << 20;
const PACKET_LIMIT = 256;

/** Reads the packets of a document that is known to have a form of this kind. */
export function* readXfa(document: Uint8Array): Generator<Extraction> {
  let packets = 0;
  for (const { dictionary, packed } of streamsOf(document)) {
    if (/\/Subtype\s*\/Image\b|\/Type\s*\/(XRef|ObjStm|Metadata)\b/.test(dictionary)) continue;
    const bytes = unpack(dictionary, packed);
    if (bytes === null || !isPacket(bytes)) continue;
    if (++packets > PACKET_LIMIT) break;
    const text = textOf(bytes);
    if (text !== "") yield { what: "text", text, label: "XFA form" };
  }
  if (packets > 0) return;
  yield { what: "finding", finding: finding("pdf/form-unread") };
  yield { what: "status", status: "partial", reason: "unsupported" };
}

function unpack(dictionary: string, packed: Uint8Array): Uint8Array | null {
  if (!/\/Filter\b/.test(dictionary)) return packed.length > PACKET_LIMIT_BYTES ? null : packed;
  if (!/\/Filter\s*\[?\s*\/(FlateDecode|Fl)\b/.test(dictionary)) return null;
  try {
    return inflateSync(packed, { maxOutputLength: PACKET_LIMIT_BYTES });
  } catch {
    // Damaged streams are reported by the check of all streams; larger ones are no forms.
    return null;
  }
}

function isPacket(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 2048)).toString("latin1");
  return /^[\s\u00ef\u00bb\u00bf]*</.test(head) && /xfa\.org\/schema|adobe\.com\/xdp|<\/?(xfa:|xdp:)/.test(head);
}

/** Every text of the packet a line; settings of the program that shows the form are left out. */
function textOf(bytes: Uint8Array): string {
  const lines: string[] = [];
  let [line, skipped] = ["", 0];
  const end = (): void => {
    const text = line.replaceAll(/\s+/g, " ").trim();
    if (text !== "") lines.push(text);
    line = "";
  };
  const handler: XmlHandler = {
    open: (local) => {
      if (skipped > 0 || local === "config" || local === "localeSet" || local === "script") skipped += 1;
      else if (local !== "span" && local !== "b" && local !== "i") end();
    },
    close: () => {
      if (skipped > 0) skipped -= 1;
      else end();
    },
    text: (text) => {
      if (skipped === 0) line += text;
    },
  };
  const stream = new XmlStream(handler);
  stream.write(bytes);
  stream.close();
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}
