/** What the raw sectors of a data track say of themselves, sector by sector. */
import { finding, type Finding } from "../model/findings.ts";
import type { DiscTrack } from "./disc-image.ts";
import { addressOf, checkSum, hasSync, isForm2, sectorHead, userBytes } from "./disc-sectors.ts";

const sectorsAtOnce = 256;

/** Sectors of one kind: how many, and the first of them. */
class Count {
  sectors = 0;
  first = 0;

  add(sector: number): void {
    if (this.sectors++ === 0) this.first = sector;
  }
}

/** `start`: place of the track in the medium, in bytes. */
export function checkTrack(track: DiscTrack, start: number): Finding[] {
  const { mode, segment, offset, address, number } = track;
  if (!mode.raw) return [];
  const held = Math.max(0, Math.floor((segment.source.size - offset) / mode.stored));
  const sectors = Math.min(track.sectors, held);
  const [sync, sum, place, form2] = [new Count(), new Count(), new Count(), new Count()];
  const buffer = new Uint8Array(Math.min(sectorsAtOnce, sectors) * mode.stored);
  const head = sectorHead.cursor();
  const declared = mode.offset === 16 ? 1 : 2;
  for (let from = 0; from < sectors; from += sectorsAtOnce) {
    const count = Math.min(sectorsAtOnce, sectors - from);
    segment.source.readInto(buffer.subarray(0, count * mode.stored), offset + from * mode.stored);
    for (let i = 0; i < count; i++) {
      const at = i * mode.stored;
      const sector = from + i;
      head.over(buffer, at);
      if (!hasSync(buffer, at) || head.mode !== declared) {
        sync.add(sector);
        continue;
      }
      if (address !== null && addressOf(head) !== address + sector) place.add(sector);
      if (checkSum(buffer, at, head.mode, head.submode) === "wrong") sum.add(sector);
      if (isForm2(head.mode, head.submode)) form2.add(sector);
    }
  }
  const told = (code: string, { sectors: bad, first }: Count) =>
    bad === 0
      ? []
      : [finding(code, { track: number, sectors: bad }, { offset: start + first * userBytes, length: userBytes })];
  return [
    ...told("image/disc-sync", sync),
    ...told("image/disc-sum", sum),
    ...told("image/disc-address", place),
    ...told("image/disc-form2", form2),
  ];
}
