/** An entry of a file system as a row of a listing and as a JSON line. */
import type { FileSystemEntry } from "../../../native-free/filesystems/file-system.ts";
import { nameBytes } from "../../../native-free/model/forensic-path.ts";
import { stateOf, type EvidenceName, type ItemTime } from "../../../native-free/model/item.ts";
import { browseSays } from "../../messages/en.ts";
import type { JsonValue, Output } from "../output.ts";
import type { LostRun } from "./content-hash.ts";
import { pathText, safeText } from "./rows.ts";

/** When its content was last written, of the source that the file system names first. */
export function modifiedOf({ times }: FileSystemEntry): ItemTime | null {
  for (const time of times) if (time.kind === "m") return time;
  return null;
}

/** To the second, with a word where the zone is not known. */
export function shortTime(time: ItemTime | null): string {
  if (!time) return browseSays.unknownTime();
  const { value, zone } = time;
  if (zone === "offset") return value.replace(/\.\d+/, "");
  const seconds = value.length > 19 ? value.slice(0, 19) : value;
  return zone === "utc" ? (seconds.endsWith("Z") ? seconds : `${seconds}Z`) : browseSays.localTime(seconds);
}

const grouped = (bytes: number): string => {
  const digits = String(bytes);
  let out = digits.slice(-3);
  for (let end = digits.length - 3; end > 0; end -= 3) out = `${digits.slice(Math.max(0, end - 3), end)},${out}`;
  return out;
};

/** `name`: as it is shown, not yet escaped; `rest`: columns before it. */
export function entryRow(output: Output, entry: FileSystemEntry, name: string, rest: readonly string[] = []): string {
  const { kind, size, target } = entry;
  const shown = pathText(name);
  const named = target === null ? shown : browseSays.linkTo(shown, safeText(output, target.text));
  return browseSays.rowOf(stateOf(entry), kind, grouped(size), shortTime(modifiedOf(entry)), [...rest, named]);
}

/** Slack and space of a volume, which no entry is. */
export const derivedRow = (
  state: string,
  kind: string,
  size: number,
  path: string,
  rest: readonly string[] = [],
): string => browseSays.rowOf(state, kind, grouped(size), browseSays.unknownTime(), [...rest, pathText(path)]);

const nameJson = (name: EvidenceName): JsonValue => ({ text: name.text, bytes: name.bytes });

const timeJson = ({ kind, value, zone, source }: ItemTime): JsonValue => ({ kind, value, zone, source });

/** Bytes of a name as hexadecimal, for people, where its text does not give them. */
export const hexOfName = (name: EvidenceName): string => Buffer.from(nameBytes(name)).toString("hex");

/** The body of `vestige.entry/1`. */
export function entryJson(
  entry: FileSystemEntry,
  path: string,
  hashes: Readonly<Record<string, string>> | null,
  lost: readonly LostRun[] | null,
): Record<string, JsonValue> {
  const { key, parent, name, kind, nameClaim, contentClaim, origin, size, times, attributes, target, findings } = entry;
  return {
    path,
    key,
    parent,
    name: nameJson(name),
    kind,
    state: stateOf(entry),
    nameClaim,
    contentClaim,
    origin,
    size,
    times: times.map((time) => timeJson(time)),
    attributes: { ...attributes },
    target: target && nameJson(target),
    hashes,
    missing: lost && lost.reduce((sum, { length }) => sum + length, 0),
    findings: findings.map(({ code, offset, length, params }) => ({ code, offset, length, params: { ...params } })),
  };
}
