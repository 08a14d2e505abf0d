/**
 * Names of members: safe to extract with any ZIP tool on any system, readable, different for different paths. The path itself
 * is in the metadata, byte for byte.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { nameBytes, nameFromBytes } from "../../model/forensic-path.ts";
import type { EvidenceName } from "../../model/item.ts";
import { filesFolder } from "./entry.ts";

/** What file systems and ZIP tools on all systems take as it is; the rest becomes %HH of its bytes. */
const plain = /^[\p{L}\p{M}\p{N}\p{S}\p{P} ]+$/u;
const special = /[%/\\:*?"<>|]/;
/** Names that Windows gives to devices, whatever their ending. */
const deviceName = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\.|$)/iu;
/** Most file systems end names at 255 bytes. */
const nameLimitBytes = 240;
const cutBytes = 180;
const pathLimitBytes = 1000;

const slash = 0x2f;

/** The member name of a path below the acquired folder, without a final slash. */
export function memberName(path: EvidenceName): string {
  const raw = Buffer.from(nameBytes(path));
  const names: string[] = [];
  for (let start = 0; start <= raw.length;) {
    const cut = raw.indexOf(slash, start);
    const end = cut < 0 ? raw.length : cut;
    names.push(safeName(raw.subarray(start, end)));
    start = end + 1;
  }
  const name = filesFolder + names.join("/");
  if (Buffer.byteLength(name, "utf8") <= pathLimitBytes) return name;
  return `${filesFolder}%~${digestOf(raw)}/${names.at(-1) ?? ""}`;
}

function safeName(raw: Buffer): string {
  const { text, bytes } = nameFromBytes(raw);
  const isPlain = bytes === null && plain.test(text) && !special.test(text);
  let name = isPlain ? text : escaped(raw);
  if (deviceName.test(name)) name = percent(name.slice(0, 1)) + name.slice(1);
  // Windows drops dots and blanks at the end; `.` and `..` lead elsewhere.
  if (/^\.+$/.test(name)) name = percent(name);
  else if (/[. ]$/.test(name)) name = name.slice(0, -1) + percent(name.slice(-1));
  // An empty name cannot be in a file system, but in a damaged list.
  if (name === "") return "%~";
  return Buffer.byteLength(name, "utf8") <= nameLimitBytes ? name : shortened(name, raw);
}

/** `%~` is no escape of a byte, so a shortened name equals no other. */
function shortened(name: string, raw: Buffer): string {
  let head = "";
  let bytes = 0;
  for (const character of name) {
    bytes += Buffer.byteLength(character, "utf8");
    if (bytes > cutBytes) break;
    head += character;
  }
  // Half an escape would read as text.
  return `${head.replace(/%[0-9A-F]?$/, "")}%~${digestOf(raw)}`;
}

function digestOf(raw: Uint8Array): string {
  return createHash("sha256").update(raw).digest("hex").slice(0, 32);
}

function escaped(raw: Buffer): string {
  let name = "";
  for (let at = 0; at < raw.length;) {
    const length = Math.min(raw.length - at, sequenceLength(raw[at]));
    const { text, bytes } = nameFromBytes(raw.subarray(at, at + length));
    if (bytes === null && plain.test(text) && !special.test(text)) {
      name += text;
      at += length;
    } else {
      const bad = bytes === null ? length : 1;
      name += percentOf(raw.subarray(at, at + bad));
      at += bad;
    }
  }
  return name;
}

function sequenceLength(lead: number): number {
  if (lead < 0xc0) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

function percent(text: string): string {
  return percentOf(Buffer.from(text, "utf8"));
}

function percentOf(bytes: Uint8Array): string {
  let out = "";
  for (const byte of bytes) out += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  return out;
}

/** A member name as the rest of a URN behind the volume's: what an IRI cannot hold, and the percent sign, as %HH. */
export function urnTail(member: string): string {
  return member.replace(/[\u0000-\u0020<>"{}|^`\\%\u007f-\u00a0]/g, percent);
}

/** The member name that `urnTail` came from. Text that is no escape stays. */
export function memberOfTail(tail: string): string {
  return tail.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
    const bytes = Buffer.from(run.replaceAll("%", ""), "hex");
    const { text, bytes: lossy } = nameFromBytes(bytes);
    return lossy === null ? text : run;
  });
}
