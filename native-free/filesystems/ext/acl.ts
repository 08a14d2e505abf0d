/** Access control lists of POSIX 1003.1e, draft 17, as ext stores them, in the short text form of `getfacl`. */
import * as layout from "./layouts.ts";

const version = 1;
const named: Readonly<Record<number, string>> = { 0x02: "user", 0x08: "group" };
const unnamed: Readonly<Record<number, string>> = { 0x01: "user", 0x04: "group", 0x10: "mask", 0x20: "other" };
const header = layout.aclHeader.cursor();
const entry = layout.aclEntry.cursor();
const identity = layout.aclId.cursor();

/** Null where it is none. */
export function aclText(value: Uint8Array): string | null {
  if (value.length < 4 || header.over(value).version !== version) return null;
  const out: string[] = [];
  for (let at = 4; at + 4 <= value.length; at += 4) {
    const { tag, permissions } = entry.over(value, at);
    const rights = `${permissions & 4 ? "r" : "-"}${permissions & 2 ? "w" : "-"}${permissions & 1 ? "x" : "-"}`;
    if (unnamed[tag] !== undefined) out.push(`${unnamed[tag]}::${rights}`);
    else if (named[tag] !== undefined && at + 8 <= value.length) {
      at += 4;
      out.push(`${named[tag]}:${identity.over(value, at).id}:${rights}`);
    } else return null;
  }
  return out.join(",");
}
