/** Every volume system, in the order in which it is tried; the first that finds volumes wins. One line per format. */
import { apmFormat } from "./apm/format.ts";
import type { DecryptingFormat, MemberFormat } from "./assembly.ts";
import { bsdFormat } from "./bsd/format.ts";
import { gptFormat } from "./gpt/format.ts";
import { lvm2Format, lvm2Members } from "./lvm2/format.ts";
import { mbrFormat } from "./mbr/format.ts";
import { unreadFormat } from "./unread/format.ts";
import type { VolumeSystemFormat } from "./volume-system.ts";

export const volumeSystemFormats: readonly VolumeSystemFormat[] = [
  gptFormat,
  apmFormat,
  mbrFormat,
  bsdFormat,
  lvm2Format,
  unreadFormat,
];

/** Sets of members that are put together, from any number of media. One line per format. */
export const memberFormats: readonly MemberFormat[] = [lvm2Members];

/** Protected volumes that are unlocked. One line per format. */
export const decryptingFormats: readonly DecryptingFormat[] = [];
