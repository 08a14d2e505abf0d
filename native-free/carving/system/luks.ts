/**
 * LUKS headers with their key material; the volume behind them says nothing of its length, unless version 2 states it. LUKS1 On-Disk Format
 * 1.2.3; LUKS2 On-Disk Format 1.1.1 (header checksum, JSON area).
 */
import { createHash } from "node:crypto";
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Carved, Carver } from "../carver.ts";
import { signature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";

const head = new FirstBytes(592);
const sector = 512;
const uuidAt = 168;
const uuidBytes = 36;
const slotsAt = 208;
const slotBytes = 48;
const slots = 8;
const slotActive = 0x00ac_71f3;
const slotEmpty = 0x0000_dead;
const sumAt = 448;
const sumBytes = 64;
const jsonAt = 4096;
const limitBytes = 2 ** 46;

/** The header of version 1 is up to the volume's first sector; null where its slots are none. */
function carveFirst(window: CarveWindow, at: number, title: string | null): Carved | null {
  const payload = head.u32be(104) * sector;
  const keyBytes = head.u32be(108);
  if (keyBytes < 8 || keyBytes > 512 || payload < head.bytes.length || payload > 2 ** 30) return null;
  for (let slot = 0; slot < slots; slot++) {
    const state = head.u32be(slotsAt + slot * slotBytes);
    const material = head.u32be(slotsAt + slot * slotBytes + 40);
    if ((state !== slotActive && state !== slotEmpty) || material * sector >= payload) return null;
  }
  return carvedAs("luks", "truncated", Math.min(payload, window.end - at), title);
}

interface Segment {
  offset?: unknown;
  size?: unknown;
}

/** Where the volume begins, and where it ends if all segments say so; null where the JSON says nothing. */
function segmentsOf(json: string): { begins: number; ends: number | null } | null {
  let fields: { segments?: Record<string, Segment> };
  try {
    fields = JSON.parse(json) as typeof fields;
  } catch {
    return null;
  }
  const segments = Object.values(fields.segments ?? {});
  const numbers = segments.map(({ offset, size }) => [Number(offset), Number(size)] as const);
  if (numbers.length === 0 || numbers.some(([offset]) => !Number.isSafeInteger(offset) || offset < 0)) return null;
  const ends = numbers.every(([, size]) => Number.isSafeInteger(size) && size > 0)
    ? Math.max(...numbers.map(([offset, size]) => offset + size))
    : null;
  return { begins: Math.min(...numbers.map(([offset]) => offset)), ends };
}

function carveSecond(window: CarveWindow, at: number, title: string | null): Carved | null {
  const size = head.u32be(8) * 2 ** 32 + head.u32be(12);
  if (size < 0x4000 || size > 0x40_0000 || (size & (size - 1)) !== 0 || !window.has(at, size)) return null;
  const area = window.bytes(at, size);
  const stated = Buffer.from(area.slice(sumAt, sumAt + 32));
  area.fill(0, sumAt, sumAt + sumBytes);
  if (!window.isText(at + 72, "sha256\0") || !createHash("sha256").update(area).digest().equals(stated)) return null;
  const json = Buffer.from(area.subarray(jsonAt)).toString("utf8");
  const zero = json.indexOf("\0");
  const segments = segmentsOf(zero < 0 ? json : json.slice(0, zero));
  if (segments === null || segments.begins > limitBytes) return null;
  const { begins, ends } = segments;
  if (ends !== null && ends <= limitBytes && window.has(at, ends)) return carvedAs("luks", "complete", ends, title);
  return carvedAs("luks", "truncated", Math.min(Math.max(begins, size), window.end - at), title);
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end)) return null;
  const uuid = Buffer.from(head.bytes.subarray(uuidAt, uuidAt + uuidBytes)).toString("latin1");
  if (!/^[0-9a-fA-F-]{36}$/.test(uuid)) return null;
  const window = new CarveWindow(source, end);
  return head.u8(7) === 1 ? carveFirst(window, at, uuid) : carveSecond(window, at, uuid);
}

export const luksCarver: Carver = {
  id: "luks",
  family: "carver",
  name: "LUKS volume",
  spec: "LUKS1 On-Disk Format 1.2.3; LUKS2 On-Disk Format 1.1.1",
  level: "partial",
  kinds: [{ id: "luks", name: "LUKS volume", extension: "luks" }],
  signatures: [signature("4c 55 4b 53 ba be 00 01"), signature("4c 55 4b 53 ba be 00 02")],
  limitBytes,
  carve,
};
