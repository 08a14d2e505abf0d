/** Named properties: what ids from 0x8000 on mean in one file (MS-OXPROPS 1.3, MS-OXMSG 2.2.3, MS-OXCPRPT 2.2.12). */
import { Buffer } from "node:buffer";
import { mixedGuidText } from "../bytes/guid.ts";

const sets: Readonly<Record<string, string>> = {
  "00020328-0000-0000-c000-000000000046": "mapi",
  "00020329-0000-0000-c000-000000000046": "public",
  "00020386-0000-0000-c000-000000000046": "internet",
  "00062002-0000-0000-c000-000000000046": "appointment",
  "00062003-0000-0000-c000-000000000046": "task",
  "00062004-0000-0000-c000-000000000046": "address",
  "00062008-0000-0000-c000-000000000046": "common",
  "0006200a-0000-0000-c000-000000000046": "log",
  "0006200e-0000-0000-c000-000000000046": "note",
  "6ed8da90-450b-101b-98da-00aa003f1305": "meeting",
};

/** `set/name` or `set/0x8208`; `guid` as text in lower case. */
export function namedKey(guid: string, name: string | number): string {
  return `${sets[guid] ?? guid}/${typeof name === "string" ? name : `0x${name.toString(16).padStart(4, "0")}`}`;
}

const firstNamedId = 0x8000;
const wellKnown = ["00020328-0000-0000-c000-000000000046", "00020329-0000-0000-c000-000000000046"];

/**
 * The mapping of a file (MS-OXMSG 2.2.3.1): GUIDs of 16 bytes, entries of 8 bytes, names with their lengths. Entries that
 * lead outside of the streams are left out.
 */
export function readNamedProperties(
  guids: Uint8Array,
  entries: Uint8Array,
  names: Uint8Array,
): ReadonlyMap<number, string> {
  const map = new Map<number, string>();
  const view = new DataView(entries.buffer, entries.byteOffset, entries.length);
  for (let at = 0; at + 8 <= entries.length; at += 8) {
    const idOrOffset = view.getUint32(at, true);
    const kind = view.getUint16(at + 4, true);
    const id = firstNamedId + view.getUint16(at + 6, true);
    const guid = guidAt(guids, kind >>> 1);
    if (guid === null || id > 0xffff) continue;
    const name = (kind & 1) === 0 ? idOrOffset : nameAt(names, idOrOffset);
    if (name !== null) map.set(id, namedKey(guid, name));
  }
  return map;
}

/** 1 and 2 are the sets that every file knows, 3 the first of the stream. */
function guidAt(guids: Uint8Array, index: number): string | null {
  if (index === 1 || index === 2) return wellKnown[index - 1]!;
  const at = (index - 3) * 16;
  return at < 0 || at + 16 > guids.length ? null : mixedGuidText(guids.subarray(at, at + 16));
}

function nameAt(names: Uint8Array, at: number): string | null {
  if (at + 4 > names.length) return null;
  const length = new DataView(names.buffer, names.byteOffset).getUint32(at, true);
  if (length === 0 || length > 1000 || at + 4 + length > names.length) return null;
  return Buffer.from(names.subarray(at + 4, at + 4 + length))
    .toString("utf16le")
    .toWellFormed();
}
