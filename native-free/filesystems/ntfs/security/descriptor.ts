/** Security descriptors in self-relative form ([MS-DTYP] 2.4.6) and SIDs as text ([MS-DTYP] 2.4.2): whom a file belongs to. */
import { Buffer } from "node:buffer";
import { u8, u16, u32, struct, bytes } from "../../../bytes/struct.ts";

const descriptor = struct("securityDescriptor", 20, {
  revision: [0, u8],
  padding: [1, u8],
  control: [2, u16],
  owner: [4, u32, "bytes from the beginning; 0: none"],
  group: [8, u32, "bytes from the beginning; 0: none"],
  systemList: [12, u32],
  discretionaryList: [16, u32],
});
const REVISION = 1;
const sid = struct("sid", 8, { revision: [0, u8], parts: [1, u8], authority: [2, bytes(6), "big-endian"] });
const MOST_PARTS = 15;
const part = struct("sid.subAuthority", 4, { value: [0, u32] });
/** From here on the authority is written in hexadecimal. */
const HEX_FROM = 2 ** 32;

/** SIDs as `S-1-5-…`; null where the descriptor names none or one that is none. */
export interface Owners {
  readonly owner: string | null;
  readonly group: string | null;
}

/** A volume has few descriptors, and some writers (ntfs-3g) keep one in every record: short ones are remembered. */
const remembered = new Map<string, Owners | null>();
const rememberedBytes = 512;
const rememberedCount = 1024;

/** Null where the bytes are no security descriptor. */
export function describeSecurity(data: Uint8Array): Owners | null {
  if (data.length > rememberedBytes) return readSecurity(data);
  const key = Buffer.from(data.buffer, data.byteOffset, data.length).toString("latin1");
  const known = remembered.get(key);
  if (known !== undefined) return known;
  if (remembered.size >= rememberedCount) remembered.clear();
  const owners = readSecurity(data);
  remembered.set(key, owners);
  return owners;
}

function readSecurity(data: Uint8Array): Owners | null {
  if (data.length < descriptor.size) return null;
  const { revision, owner, group } = descriptor.cursor().over(data);
  if (revision !== REVISION) return null;
  return { owner: sidAt(data, owner), group: sidAt(data, group) };
}

function sidAt(data: Uint8Array, at: number): string | null {
  if (at < descriptor.size || at + sid.size > data.length) return null;
  const { revision, parts, authority } = sid.cursor().over(data, at);
  const end = at + sid.size + parts * part.size;
  if (revision !== REVISION || parts > MOST_PARTS || end > data.length) return null;
  const value = authority.reduce((sum, byte) => sum * 256 + byte, 0);
  let text = `S-1-${value < HEX_FROM ? value : `0x${value.toString(16).padStart(12, "0")}`}`;
  const cursor = part.cursor();
  for (let from = at + sid.size; from < end; from += part.size) text += `-${cursor.over(data, from).value}`;
  return text;
}
