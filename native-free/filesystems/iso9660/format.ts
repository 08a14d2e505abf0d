/** Tells an ISO 9660 volume, and opens it from whichever of its descriptors still leads to a tree. */
import { EvidenceError } from "../../model/errors.ts";
import type { FileSystemFormat } from "../file-system.ts";
import { IsoFileSystem } from "./file-system.ts";
import { findSessions } from "./sessions.ts";

export const iso9660Format: FileSystemFormat = {
  registration: {
    id: "iso9660",
    family: "filesystem",
    name: "ISO 9660, Joliet, Rock Ridge",
    spec: "ECMA-119 4th edition; Joliet; ISO 9660:1999; IEEE P1281 (SUSP), P1282 (Rock Ridge); El Torito 1.0; zisofs",
    level: "complete",
  },
  open(volume) {
    const found = findSessions(volume);
    if (found === null) return null;
    if (found === "damaged") {
      throw new EvidenceError("filesystem/boot-damaged", { format: "ISO 9660", problem: "no root directory" });
    }
    return new IsoFileSystem(volume, found);
  },
};
