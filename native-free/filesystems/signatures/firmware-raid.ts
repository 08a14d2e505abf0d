/** Members of arrays that firmware puts together: their headers stand at the end of the medium. Layouts and sources: member-layouts.ts. */
import { factsOf } from "../../model/facts.ts";
import { labelOf, named, sized, type Look, type Recogniser } from "./look.ts";
import * as layout from "./member-layouts.ts";

const sectorBytes = 512;

/** The sector that lies `back` sectors before the end; 1 is the last. */
function fromEnd(look: Look, back: number): Uint8Array | null {
  if (look.size === null) return null;
  return look.at((Math.floor(look.size / sectorBytes) - back) * sectorBytes, sectorBytes);
}

const intel = layout.intelRaid.cursor();

const recogniseIntel: Recogniser = (_, look) => {
  const sector = fromEnd(look, 2);
  if (!sector || intel.over(sector).magic !== "Intel Raid ISM Cfg Sig. ") return null;
  const { version } = intel;
  return named("Intel RAID", () => factsOf({ version }));
};

const point37 = layout.highPoint37.cursor();
const point45 = layout.highPoint45.cursor();

const recogniseHighPoint: Recogniser = (head, look) => {
  const { magic } = point37.over(head, layout.highPoint37At);
  if (magic === 0x5a78_16f0 || magic === 0x5a78_16fd) return named("HighPoint RAID");
  const sector = fromEnd(look, 11);
  const other = sector ? point45.over(sector).magic : 0;
  return other === 0x5a78_16f3 || other === 0x5a78_16fd ? named("HighPoint RAID") : null;
};

const adaptec = layout.adaptecRaid.cursor();

const recogniseAdaptec: Recogniser = (_, look) => {
  const sector = fromEnd(look, 1);
  const holds = sector && adaptec.over(sector).magic === 0x37fc_4d1e && adaptec.signature === "DPTM";
  return holds ? named("Adaptec RAID") : null;
};

const silicon = layout.siliconRaid.cursor();

const recogniseSilicon: Recogniser = (_, look) => {
  const sector = fromEnd(look, 1);
  if (!sector || silicon.over(sector).magic !== 0x2f00_0000) return null;
  const { major, minor, disk } = silicon;
  if (major > 3) return null;
  return sized("Silicon Image RAID", labelOf(disk), 0, () => factsOf({ version: `${major}.${minor}` }));
};

const via = layout.viaRaid.cursor();

/** Two bytes are weak, and those of a boot record: the checksum decides. */
const recogniseVia: Recogniser = (_, look) => {
  const sector = fromEnd(look, 1);
  if (!sector) return null;
  const { magic, version, sum } = via.over(sector);
  if (magic !== 0xaa55 || version > 1) return null;
  const total = sector.subarray(0, 50).reduce((all, byte) => all + byte, 0);
  return (total & 0xff) === sum ? named("VIA RAID") : null;
};

const nvidia = layout.nvidiaRaid.cursor();
const promise = layout.promiseRaid.cursor();
const lsi = layout.lsiRaid.cursor();
const ddf = layout.ddfAnchor.cursor();
const jmicron = layout.jmicronRaid.cursor();

const recogniseNvidia: Recogniser = (_, look) => {
  const sector = fromEnd(look, 2);
  const holds = sector && nvidia.over(sector).vendor === "NVIDIA  " && nvidia.words > 0 && nvidia.words <= 128;
  return holds ? named("NVIDIA RAID") : null;
};

const recognisePromise: Recogniser = (_, look) =>
  layout.promisePlaces.some((back) => {
    const sector = fromEnd(look, back);
    return sector !== null && promise.over(sector).magic === "Promise Technology, Inc.";
  })
    ? named("Promise RAID")
    : null;

const recogniseLsi: Recogniser = (_, look) => {
  const sector = fromEnd(look, 1);
  return sector && lsi.over(sector).magic === "$XIDE$" ? named("LSI RAID") : null;
};

const recogniseDdf: Recogniser = (_, look) => {
  for (const back of layout.ddfPlaces) {
    const sector = fromEnd(look, back);
    if (!sector || ddf.over(sector).magic !== 0xde11_de11) continue;
    const values = { "set-uuid": Buffer.from(ddf.group).toString("hex"), version: ddf.revision };
    return named("DDF RAID", () => factsOf(values));
  }
  return null;
};

/** Two letters are weak: its 64 words together are 0 or 1. */
const recogniseJmicron: Recogniser = (_, look) => {
  const sector = fromEnd(look, 1);
  if (!sector || jmicron.over(sector).magic !== "JM" || jmicron.version === 0) return null;
  let sum = 0;
  for (let at = 0; at < 128; at += 2) sum = (sum + (sector[at]! | (sector[at + 1]! << 8))) & 0xffff;
  return sum <= 1 ? named("JMicron RAID") : null;
};

export const firmwareRecognisers: readonly Recogniser[] = [
  ...[recogniseIntel, recogniseHighPoint, recogniseAdaptec, recogniseSilicon, recogniseVia, recogniseNvidia],
  ...[recognisePromise, recogniseLsi, recogniseDdf, recogniseJmicron],
];
