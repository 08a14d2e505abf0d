/** Data where discs keep nothing: in the system area without a known use, behind the end of the volume. */
import { readRange } from "../../bytes/byte-source.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { systemAreaBytes } from "./layouts.ts";
import type { Survey } from "./survey.ts";
import type { IsoVolume } from "./volume.ts";

/** What lets machines start from the system area, by the place of its mark. */
const bootMarks: readonly { readonly at: number; readonly mark: readonly number[] }[] = [
  // Partition table of PCs, GPT, Apple driver and partition maps.
  { at: 510, mark: [0x55, 0xaa] },
  { at: 512, mark: [0x45, 0x46, 0x49, 0x20, 0x50, 0x41, 0x52, 0x54] },
  { at: 0, mark: [0x45, 0x52, 0x02] },
  { at: 512, mark: [0x50, 0x4d, 0x00, 0x00] },
  { at: 2048, mark: [0x50, 0x4d, 0x00, 0x00] },
  // Sun disk label, MIPS volume headers of both byte orders, PA-RISC, DEC.
  { at: 508, mark: [0xda, 0xbe] },
  { at: 0, mark: [0x0b, 0xe5, 0xa9, 0x41] },
  { at: 8, mark: [0x02, 0x71, 0xbf, 0x24] },
  { at: 0, mark: [0x80, 0x00, 0x50, 0x41, 0x4c, 0x4f] },
];

export function findHidden(volume: IsoVolume, survey: Survey): Finding[] {
  const area = readRange(volume.source, 0, systemAreaBytes);
  const found: Finding[] = [];
  const bytes = area.reduce((count, byte) => count + (byte === 0 ? 0 : 1), 0);
  if (bytes > 0 && !bootMarks.some(({ at, mark }) => mark.every((byte, index) => area[at + index] === byte))) {
    const place = { offset: 0, length: systemAreaBytes };
    found.push(finding("filesystem/hidden-data", { area: "system area", bytes }, place));
  }
  let behind = 0;
  for (let i = 0; i < survey.gaps.length; i += 2) if (survey.gaps.at(i) >= survey.end) behind += survey.gaps.at(i + 1);
  if (behind > 0) {
    const place = { offset: survey.end, length: volume.source.size - survey.end };
    found.push(finding("filesystem/hidden-data", { area: "volume slack", bytes: behind }, place));
  }
  return found;
}
