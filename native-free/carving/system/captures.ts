/**
 * Network captures: pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng), walked record by record. Neither has a mark of its
 * end: both end where what follows is no record, so that a damaged record looks like the end. A pcap of one record is believed where it
 * holds IPv4. Not supported: pcap with the record heads of other programs (modified, IXIA).
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Carved, Carver } from "../carver.ts";
import { signature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes, isZeros } from "../first-bytes.ts";

const limitBytes = 2 ** 36;
const headBytes = 24;
const recordHeadBytes = 16;
const largestPacket = 262_144;
/** Records stand in the order of their times, but for what several interfaces write at once. */
const backwardsSeconds = 3600;
const forwardsSeconds = 30 * 86_400;
const ethernet = 1;
const ipv4 = 0x0800;

const head = new FirstBytes(headBytes + recordHeadBytes);

/** Less than the head of a record, and more than nothing, is what is left of one. */
function isEnd(window: CarveWindow, at: number): boolean {
  const rest = window.view(at, recordHeadBytes);
  return rest.length === recordHeadBytes || isZeros(rest);
}

class PcapWalk {
  readonly #window: CarveWindow;
  readonly #big: boolean;
  readonly #snapLength: number;
  readonly #fractions: number;
  #seconds = -1;

  constructor(window: CarveWindow, at: number) {
    this.#window = window;
    this.#big = window.u8(at) === 0xa1;
    const nanoseconds = window.u8(at + (this.#big ? 3 : 0)) === 0x4d;
    this.#fractions = nanoseconds ? 1e9 : 1e6;
    const snapLength = this.#word(at + 16);
    this.#snapLength = snapLength === 0 || snapLength > largestPacket ? largestPacket : snapLength;
  }

  #word(at: number): number {
    return this.#big ? this.#window.u32be(at) : this.#window.u32(at);
  }

  /** Bytes of the packet of the record whose head is at `at`; -1 where none is. */
  packetBytes(at: number): number {
    if (!this.#window.has(at, recordHeadBytes)) return -1;
    const seconds = this.#word(at);
    const kept = this.#word(at + 8);
    const sent = this.#word(at + 12);
    if (this.#word(at + 4) >= this.#fractions || kept > this.#snapLength || sent < kept || sent === 0) return -1;
    if (sent > largestPacket || kept === 0) return -1;
    const first = this.#seconds < 0;
    if (!first && (seconds < this.#seconds - backwardsSeconds || seconds > this.#seconds + forwardsSeconds)) return -1;
    if (seconds === 0) return -1;
    this.#seconds = Math.max(this.#seconds, seconds);
    return kept;
  }

  /** Whether an Ethernet frame holds an IPv4 header whose checksum and length agree: what one record alone must show. */
  isInternet(at: number, bytes: number, link: number): boolean {
    const window = this.#window;
    if (link !== ethernet || bytes < 34 || window.u16be(at + 12) !== ipv4) return false;
    const words = (window.u8(at + 14) & 15) * 2;
    let sum = 0;
    for (let i = 0; i < words; i++) sum += window.u16be(at + 14 + 2 * i);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    return words >= 10 && sum === 0xffff && window.u16be(at + 16) <= bytes - 14;
  }

  link(at: number): number {
    return this.#word(at + 20) & 0xffff;
  }
}

function carvePcap(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end) || (head.u32be(headBytes + 8) === 0 && head.u32be(headBytes + 12) === 0)) return null;
  const window = new CarveWindow(source, end);
  const walk = new PcapWalk(window, at);
  let place = at + headBytes;
  let records = 0;
  let cut = false;
  while (place - at < limitBytes) {
    const bytes = walk.packetBytes(place);
    if (bytes < 0) break;
    if (!window.has(place + recordHeadBytes, bytes)) {
      cut = true;
      break;
    }
    if (records === 0 && walk.isInternet(place + recordHeadBytes, bytes, walk.link(at))) records++;
    records++;
    place += recordHeadBytes + bytes;
  }
  return records < 2 ? null : carvedAs("pcap", cut || !isEnd(window, place) ? "truncated" : "complete", place - at);
}

const blockMagic = 0x0a0d_0d0a;
const orderMagic = 0x1a2b_3c4d;
const knownBlocks = [1, 2, 3, 4, 5, 6, 10, 0xbad, 0x4000_0bad, blockMagic];
const smallestBlock = 12;
const largestBlock = 1 << 26;
const sectionHead = new FirstBytes(28);

function carvePcapng(source: ByteSource, at: number, end: number): Carved | null {
  if (!sectionHead.read(source, at, end)) return null;
  let big = sectionHead.u32be(8) === orderMagic;
  if (!big && sectionHead.u32(8) !== orderMagic) return null;
  const window = new CarveWindow(source, end);
  const word = (place: number) => (big ? window.u32be(place) : window.u32(place));
  let place = at;
  let blocks = 0;
  let cut = false;
  for (; window.has(place, smallestBlock) && place - at < limitBytes; blocks++) {
    const kind = word(place);
    if (kind === blockMagic) big = window.u32be(place + 8) === orderMagic;
    const length = word(place + 4);
    if (!knownBlocks.includes(kind) || length < smallestBlock || length % 4 !== 0 || length > largestBlock) break;
    cut = !window.has(place, length);
    if (cut || word(place + length - 4) !== length) {
      cut = true;
      break;
    }
    place += length;
  }
  // The section's header is written twice as long in no program; what matters is a second block.
  return blocks < 2 ? null : carvedAs("pcapng", cut || !isEnd(window, place) ? "truncated" : "complete", place - at);
}

const shared = { family: "carver", limitBytes } as const;

export const pcapCarver: Carver = {
  ...shared,
  id: "pcap",
  name: "Network capture",
  spec: "draft-ietf-opsawg-pcap",
  level: "partial",
  kinds: [{ id: "pcap", name: "Network capture", extension: "pcap" }],
  signatures: [
    signature("d4 c3 b2 a1 02 00 04 00"),
    signature("a1 b2 c3 d4 00 02 00 04"),
    signature("4d 3c b2 a1 02 00 04 00"),
    signature("a1 b2 3c 4d 00 02 00 04"),
  ],
  carve: carvePcap,
};

export const pcapngCarver: Carver = {
  ...shared,
  id: "pcapng",
  name: "Network capture (next generation)",
  spec: "draft-ietf-opsawg-pcapng",
  level: "complete",
  kinds: [{ id: "pcapng", name: "Network capture (next generation)", extension: "pcapng" }],
  signatures: [signature("0a 0d 0d 0a ?? ?? ?? ?? 4d 3c 2b 1a"), signature("0a 0d 0d 0a ?? ?? ?? ?? 1a 2b 3c 4d")],
  carve: carvePcapng,
};
