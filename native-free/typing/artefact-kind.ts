/** Structural checks of traces of operating systems that have no mark of their own, or one that several kinds share. */
import { crc32c } from "../kernels/crc32c.ts";
import type { Probe } from "./probe.ts";

/** Catalogues of ESE lie on the first pages and hold the names of tables in ASCII or, compressed, in seven bits. */
const esePages = 24;
const eseKinds: readonly (readonly [RegExp, string])[] = [
  [/\{D10CA2FE-6FCF-4F6D-848E-B2E99266FA8/, "srum"],
  [/SystemIndex_(PropertyStore|GthrPth|0A)/, "windows-search"],
  [/ROLE_ACCESS[\s\S]*CLIENTS|SYSTEM_IDENTITY[\s\S]*CHAINED_DATABASES/, "user-access-log"],
  [/datatable[\s\S]*(link_table|sd_table)|(link_table|sd_table)[\s\S]*datatable/, "ntds"],
  [/HstsEntryEx|DependencyEntryEx|Containers[\s\S]*LeakFiles|LeakFiles[\s\S]*Containers/, "ie-webcache"],
  [/JobsById/, "bits-queue"],
];

/** Which program wrote an ESE database, by the tables of its catalogue; null for all others. */
export function refineEse(probe: Probe): string | null {
  const pageBytes = probe.u32le(236) || 4096;
  if (pageBytes < 2048 || pageBytes > 32_768) return null;
  // The catalogue's root is page 4; two pages of header come before page 1.
  const text = probe.ascii(2 * pageBytes, esePages * pageBytes);
  for (const [pattern, id] of eseKinds) if (pattern.test(text)) return id;
  return null;
}

/** Type of the file at offset 28 of the base block: 0 primary, 1, 2 and 6 transaction logs. */
export function refineHive(probe: Probe): string | null {
  return [1, 2, 6].includes(probe.u32le(28)) && probe.u32le(20) === 1 ? "regf-log" : null;
}

/** Property lists that macOS writes with classes of its own (NSKeyedArchiver keeps their names). */
export function refineBplist(probe: Probe): string | null {
  const text = probe.ascii(0, 65_536);
  if (!text.includes("NSKeyedArchiver")) return text.includes("WebMainResource") ? "webarchive" : null;
  if (/BTMStore|backgroundItems|\x5fBTM|ItemRecord/.test(text)) return "btm";
  return /com\.apple\.LSSharedFileList|SFLListItem/.test(text) ? "shared-file-list" : null;
}

/** Names in the first pages of a Berkeley DB that only a wallet of Bitcoin or one of its offspring has. */
export function refineBerkeley(probe: Probe): string | null {
  const text = probe.ascii(0, 65_536);
  return /(?:minversion|defaultkey|bestblock|keymeta|orderposnext|\x04ckey|\x04mkey)/.test(text)
    ? "bitcoin-wallet"
    : null;
}

/** The fourth line of an Android backup names its cipher. */
export function refineAndroidBackup(probe: Probe): string | null {
  return /^ANDROID BACKUP\n\d+\n[01]\nAES-256\n/.test(probe.ascii(0, 48)) ? "androidbackup-encrypted" : null;
}

/** Records of 384 bytes, of either byte order: type 0 to 9, a device name, a time after 1990 where the record is used. */
export function isUtmp(probe: Probe): boolean {
  if (probe.size < 384) return false;
  return utmpRecords(probe, true) || utmpRecords(probe, false);
}

function utmpRecords(probe: Probe, little: boolean): boolean {
  const u32 = (at: number): number => (little ? probe.u32le(at) : probe.u32be(at));
  const u16 = (at: number): number => (little ? probe.u16le(at) : probe.u16be(at));
  const records = Math.floor(probe.size / 384);
  // Rotation copies in blocks: a last record may be cut.
  if (probe.size % 384 !== 0 && records < 2) return false;
  let used = 0;
  for (let at = 0; at < Math.min(records, 8) * 384; at += 384) {
    const kind = u16(at);
    const seconds = u32(at + 340);
    // The record of a start of the system has neither device nor, at times, a time.
    if (kind <= 1 && seconds < 86_400) continue;
    const isDevice = /^[ -~]*\0+$/.test(probe.ascii(at + 8, 32)) && /^[ -~]*\0/.test(probe.ascii(at + 44, 32));
    if (kind > 9 || !isDevice || (seconds !== 0 && seconds < 631_152_000)) return false;
    if (kind > 0 && seconds > 0) used++;
  }
  return used > 0;
}

/** Records of 292 bytes by user number: a time, a line, a host; most are empty (lastlog(8)). */
export function isLastlog(probe: Probe): boolean {
  if (probe.size < 292 || probe.size % 292 !== 0) return false;
  let used = 0;
  const end = Math.min(probe.size, 292 * 230);
  for (let at = 0; at < end; at += 292) {
    const seconds = probe.u32le(at);
    const line = probe.ascii(at + 4, 32);
    if (seconds === 0 ? !/^\0+$/.test(line) : seconds < 631_152_000 || !/^(pts\/\d|tty|:\d|ssh)[ -~]*\0+$/.test(line))
      return false;
    if (seconds > 0) used++;
  }
  return used > 0;
}

/** Two records of version 2 or 3 in a row, lengths of eights, reason and name where they belong (MS-FSCC 2.6). */
export function isUsnJournal(probe: Probe): boolean {
  let at = 0;
  // The stream is sparse: what was dropped reads as zeros.
  while (at < probe.head.length && probe.u32le(at) === 0) at += 8;
  const first = usnRecordBytes(probe, at);
  if (first === 0) return false;
  return at + first === probe.size || usnRecordBytes(probe, at + first) > 0 || probe.u32le(at + first) === 0;
}

function usnRecordBytes(probe: Probe, at: number): number {
  const length = probe.u32le(at);
  const major = probe.u16le(at + 4);
  const nameAt = major === 3 ? 76 : 60;
  if ((major !== 2 && major !== 3) || probe.u16le(at + 6) !== 0 || length % 8 !== 0 || length > 600) return 0;
  const nameBytes = probe.u16le(at + nameAt - 4);
  const fits = probe.u16le(at + nameAt - 2) === nameAt && nameBytes > 0 && nameAt + nameBytes <= length;
  const year = probe.u32le(at + nameAt - 24);
  return fits && year > 0x01ba_0000 && year < 0x0220_0000 ? length : 0;
}

/** Blocks of records with a checksum of their own (LevelDB doc/log_format): write-ahead logs and manifests. */
export function isLevelLog(probe: Probe): boolean {
  const length = probe.u16le(4);
  const kind = probe.u8(6);
  if (probe.size < 8 || length === 0 || (kind !== 1 && kind !== 2) || 7 + length > probe.size) return false;
  const sum = crc32c(probe.bytes(6, length + 1));
  // Rotated and shifted, so that a sum over sums is none (masked CRC).
  const masked = (((sum >>> 15) | (sum << 17)) + 0xa282_ead8) >>> 0;
  return masked === probe.u32le(0);
}

/** A manifest starts with the name of its comparator; IndexedDB has one of its own. */
export function refineLevelLog(probe: Probe): string | null {
  const text = probe.ascii(7, 64);
  if (/^\x01.idb_cmp1/s.test(text)) return "indexeddb-manifest";
  return /^\x01.[\w.]*Comparator/s.test(text) ? "leveldb-manifest" : null;
}

/** Control area, two entries and an object count that fit (eMule known.met, server.met and part.met). */
export function isEmuleMet(probe: Probe): boolean {
  // Of one unfinished file: a time, a hash of 16 bytes, counts of parts and tags.
  if (probe.u8(0) >= 0xe0)
    return isDate(probe.u32le(1)) && probe.u16le(21) < 4096 && probe.u32le(23) < 256 && probe.u32le(23) > 0;
  const count = probe.u32le(1);
  const date = probe.u32le(5);
  return count > 0 && count < 1e6 && isDate(date) && probe.u16le(25) < 2000;
}

/** Seconds from 2000 to 2038. */
const isDate = (seconds: number): boolean => seconds > 946_684_800 && seconds < 0x8000_0000;
