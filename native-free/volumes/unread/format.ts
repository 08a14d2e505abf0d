/** Tables of systems that are not read: the medium is one gap, and what divides it is said. Sources: the layouts' headers. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { finding } from "../../model/findings.ts";
import { layOut, tableBytes } from "../layout.ts";
import type { VolumeSystemFormat } from "../volume-system.ts";
import * as layout from "./layouts.ts";

const sectorBytes = 512;

export const unreadFormat: VolumeSystemFormat = {
  registration: {
    id: "unread",
    family: "volume",
    name: "Tables of Atari, Amiga, Solaris, Sun, SGI, PC-98, DragonFly and AIX",
    spec: "AHDI 3.00, Amiga hardblocks, Solaris dkio(7I), the systems' own headers",
    level: "recognised",
  },
  open(source, options) {
    const head = tableBytes(source, 0, layout.amigaSectors * sectorBytes);
    const found = recognisers.map((each) => each(head, source)).find((each) => each !== null);
    if (!found) return null;
    const { scheme, at } = found;
    const place = { offset: at, length: sectorBytes };
    const findings = [finding("volume/scheme-not-read", { scheme }, place)];
    const tables = [{ start: at, length: sectorBytes, what: "unread table" }];
    const laid = layOut({ source, volumes: [], tables, findings });
    return { format: "unread", sectorBytes: options.sectorBytes, facts: [{ name: "kind", value: scheme }], ...laid };
  },
};

interface Found {
  readonly scheme: string;
  readonly at: number;
}

type Recogniser = (head: Uint8Array, source: ByteSource) => Found | null;

const atari = layout.atariRoot.cursor();
const atariEntry = layout.atariEntry.cursor();

/** No signature: a size that is the medium's, and an entry inside of it with a name of three letters. */
const isAtari: Recogniser = (head, source) => {
  const { sectors } = atari.over(head);
  const whole = Math.floor(source.size / sectorBytes);
  if (sectors === 0 || sectors > whole) return null;
  let used = 0;
  for (let index = 0; index < 4; index++) {
    const { flag, identity, first, count } = atariEntry.over(
      head,
      layout.atariEntriesAt + index * layout.atariEntry.size,
    );
    if ((flag & 1) === 0) continue;
    if (!/^[A-Z0-9]{3}$/.test(identity) || first === 0 || count === 0 || first + count > whole) return null;
    used += 1;
  }
  return used > 0 ? { scheme: "Atari", at: 0 } : null;
};

const sun = layout.sunLabel.cursor();
const vtoc = layout.solarisVtoc.cursor();
const sgi = layout.sgiLabel.cursor();
const amiga = layout.amigaBlock.cursor();
const pc98 = layout.pc98Boot.cursor();
const dragonfly = layout.dragonflyLabel.cursor();
const aix = layout.aixRecord.cursor();

/** All 16-bit words of a Sun label together are 0 by exclusive or. */
function sunHolds(head: Uint8Array): boolean {
  let sum = 0;
  for (let at = 0; at < sectorBytes; at += 2) sum ^= head[at]! | (head[at + 1]! << 8);
  return sum === 0;
}

const isAmiga: Recogniser = (head) => {
  for (let sector = 0; sector < layout.amigaSectors; sector++) {
    const { magic, longs } = amiga.over(head, sector * sectorBytes);
    if (magic === "RDSK" && longs > 0 && longs <= 128) return { scheme: "Amiga", at: sector * sectorBytes };
  }
  return null;
};

const recognisers: readonly Recogniser[] = [
  (head) => (sun.over(head).magic === 0xdabe && sunHolds(head) ? { scheme: "Sun", at: 0 } : null),
  (head) => (vtoc.over(head, sectorBytes).sanity === 0x600d_deee ? { scheme: "Solaris", at: sectorBytes } : null),
  (head) => (sgi.over(head).magic === 0x0be5_a941 ? { scheme: "SGI", at: 0 } : null),
  isAmiga,
  (head) => (dragonfly.over(head).magic === 0xc446_4c59 ? { scheme: "DragonFly", at: sectorBytes } : null),
  (head) => (aix.over(head).magic === 0xc9c2_d4c1 ? { scheme: "AIX", at: 0 } : null),
  (head) => (pc98.over(head).loader === "IPL1" && pc98.signature === 0xaa55 ? { scheme: "PC-98", at: 0 } : null),
  isAtari,
];
