/**
 * macOS folder settings (.DS_Store): a buddy allocator whose table of blocks says where the file ends, with a table of contents that names
 * "DSDB". W. Moonen and others, "DS_Store Format" (Mac::Finder::DSStore). Not supported: other files of the same allocator.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Carved, Carver } from "../carver.ts";
import { signature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";

/** Every offset counts from behind the first four bytes. */
const base = 4;
const head = new FirstBytes(36);
const limitBytes = 1 << 28;
const tableStep = 256;
const mostBlocks = 1 << 16;

/** Where the last block ends, -1 where a block lies outside of what can be. */
function blocksEnd(window: CarveWindow, table: number, count: number): number {
  let end = 0;
  for (let i = 0; i < count; i++) {
    const address = window.u32be(table + 4 * i);
    if (address === 0) continue;
    const width = address & 0x1f;
    if (width < 5 || width > 27) return -1;
    end = Math.max(end, address - width + 2 ** width);
  }
  return end;
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end)) return null;
  const rootAt = head.u32be(8);
  const rootBytes = head.u32be(12);
  if (rootAt !== head.u32be(16) || rootBytes < 16 || rootAt < 32 || rootAt > limitBytes || rootBytes > 1 << 20)
    return null;
  const window = new CarveWindow(source, end);
  const root = at + base + rootAt;
  const count = window.u32be(root);
  const padded = Math.ceil(count / tableStep) * tableStep;
  const contents = root + 8 + 4 * padded;
  if (count === 0 || count > mostBlocks || !window.has(root, 8 + 4 * padded + 13)) return null;
  if (window.u32be(contents) === 0 || window.u8(contents + 4) !== 4 || !window.isText(contents + 5, "DSDB"))
    return null;
  const length = base + blocksEnd(window, root + 8, count);
  if (length < base + rootAt + rootBytes || length > limitBytes) return null;
  const whole = window.has(at, length);
  return carvedAs("ds-store", whole ? "complete" : "truncated", whole ? length : end - at);
}

export const dsStoreCarver: Carver = {
  id: "ds-store",
  family: "carver",
  name: "macOS folder settings",
  spec: "DS_Store Format (Mac::Finder::DSStore documentation)",
  level: "complete",
  kinds: [{ id: "ds-store", name: "macOS folder settings", extension: "ds_store" }],
  signatures: [signature("00 00 00 01 42 75 64 31")],
  limitBytes,
  carve,
};
