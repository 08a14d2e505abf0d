/** Sentences about the first look at a medium while it is imaged. */
import type { TriageFacts } from "../../native-free/triage/triage.ts";

const percent = (share: number): string => `${Math.round(share * 100)} %`;

const schemes: Readonly<Record<TriageFacts["scheme"], string>> = {
  MBR: "MBR",
  GPT: "GPT",
  APM: "Apple partition map",
  superfloppy: "no partition table",
  none: "no partition table",
  "not seen": "partition table not seen yet",
};

/** `GPT, 3 volumes: FAT32, NTFS; 41 % empty, 12 % compressed or encrypted` */
export function triageLine({ scheme, volumes, fileSystems, emptyShare, highShare }: TriageFacts): string {
  const counted = volumes === 0 ? "" : `, ${volumes} ${volumes === 1 ? "volume" : "volumes"}`;
  const found = [...new Set(fileSystems)].join(", ");
  const amounts = [
    emptyShare === null ? null : `${percent(emptyShare)} empty`,
    highShare === null ? null : `${percent(highShare)} compressed or encrypted`,
  ].filter((part) => part !== null);
  const systems = found === "" ? "" : `: ${found}`;
  return [`${schemes[scheme]}${counted}${systems}`, ...(amounts.length > 0 ? [amounts.join(", ")] : [])].join("; ");
}
