/** Names of directory records: bytes of the primary tree, UCS-2 of Joliet, bytes of POSIX systems in Rock Ridge. */
import { Buffer } from "node:buffer";
import type { EvidenceName } from "../../model/item.ts";

const semicolon = 0x3b;
const utf8 = new TextDecoder("utf-8", { fatal: true });

export interface FileName {
  readonly name: EvidenceName;
  /** Behind the semicolon; empty where there is none. */
  readonly version: string;
}

/** UTF-8 where it is, else a character for each byte; `bytes` is set where the text does not give them back. */
export function byteName(raw: Uint8Array): EvidenceName {
  let text = "";
  for (let i = 0; i < raw.length; i++) {
    if (raw[i]! >= 0x80) return wideName(raw);
    text += String.fromCharCode(raw[i]!);
  }
  return { text, bytes: null };
}

function wideName(raw: Uint8Array): EvidenceName {
  try {
    const text = utf8.decode(raw);
    // A mark of the byte order is left out by the decoder.
    return { text, bytes: Buffer.from(text).equals(raw) ? null : Buffer.from(raw).toString("base64") };
  } catch {
    // Not UTF-8, which the specification does not ask for: shown byte by byte.
    return { text: Buffer.from(raw).toString("latin1"), bytes: Buffer.from(raw).toString("base64") };
  }
}

/** UCS-2 in big-endian order (Joliet, "Escape sequences"); what is no well-formed text keeps its bytes. */
export function wideCharacterName(raw: Uint8Array): EvidenceName {
  let text = "";
  for (let i = 0; i + 1 < raw.length; i += 2) text += String.fromCharCode(raw[i]! * 256 + raw[i + 1]!);
  const shown = text.toWellFormed();
  return { text: shown, bytes: shown === text && raw.length % 2 === 0 ? null : Buffer.from(raw).toString("base64") };
}

/** ECMA-119, 7.5.1: `NAME.EXTENSION;VERSION`. A dot without extension is left out of names that are no Joliet ones. */
export function recordName(raw: Uint8Array, wide: boolean, isDirectory: boolean): FileName {
  const unit = wide ? 2 : 1;
  let [end, version] = [raw.length, ""];
  for (let at = raw.length - unit; at > 0 && !isDirectory; at -= unit) {
    const code = wide ? raw[at]! * 256 + raw[at + 1]! : raw[at]!;
    if (code === semicolon) {
      end = at;
      break;
    }
    if (code < 0x30 || code > 0x39) {
      version = "";
      break;
    }
    version = String.fromCharCode(code) + version;
  }
  if (end === raw.length) version = "";
  if (!wide && !isDirectory && end > 1 && raw[end - 1] === 0x2e) end--;
  const part = raw.subarray(0, end);
  return { name: wide ? wideCharacterName(part) : byteName(part), version };
}

/** Text of a descriptor without the blanks behind it; empty where it is not there. */
export function descriptorText(raw: Uint8Array, wide: boolean): string {
  const { text } = wide ? wideCharacterName(raw.subarray(0, raw.length & ~1)) : byteName(raw);
  return text.replace(/\0.*$/s, "").trimEnd();
}

/** A number for a name that does not tell upper from lower case: for looking names up, not for identity. */
export function nameHash(text: string, seed: number): number {
  let hash = (seed ^ 0x811c9dc5) >>> 0;
  for (const character of text.toLowerCase()) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193) >>> 0;
  return hash;
}
