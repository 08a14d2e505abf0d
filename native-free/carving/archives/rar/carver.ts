/**
 * RAR archives of version 1.5 to 4 (technote.txt of RAR 4.20) and 5 (RAR 5.0 archive format), volumes too: walks the blocks, each header with its
 * checksum, to the end block. Stored files are compared with their CRC-32; packed ones are not decoded.
 *
 * Not carved: archives whose headers are encrypted: nothing in them tells where they end. Archives of RAR 2 and before have no end block and end
 * where no further header stands.
 */
import { CarveWindow } from "../../carve-window.ts";
import { type Carver, signature } from "../../carver.ts";
import { complete, damagedInside, firstBytes, truncated, typedKind } from "../verdict.ts";
import { walkRar4 } from "./version4.ts";
import { walkRar5 } from "./version5.ts";

const soundFiles = 2;
const version5 = 1;

export const rarCarver: Carver = {
  id: "rar",
  family: "carver",
  name: "RAR archive",
  spec: "RAR 4.20 technote.txt; RAR 5.0 archive format",
  level: "partial",
  kinds: [typedKind("rar")],
  signatures: [signature("52 61 72 21 1a 07 00"), signature("52 61 72 21 1a 07 01 00")],
  limitBytes: 2 ** 40,
  carve(source, at, end) {
    const head = firstBytes(source, at, end, 20);
    if (head === null) return null;
    const window = new CarveWindow(source, end);
    const walked = head.getUint8(6) === version5 ? walkRar5(window, at) : walkRar4(window, at);
    if (walked === null) return null;
    const length = walked.end - at;
    const isBeginning = walked.files >= soundFiles && walked.damagedAt === null;
    if (!walked.isWhole) return isBeginning ? truncated("rar", length) : null;
    return walked.damagedAt === null ? complete("rar", length) : damagedInside("rar", length, walked.damagedAt - at);
  },
};
