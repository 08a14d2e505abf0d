/** Owners of files: by the number of their security descriptor in $Secure, before NTFS 3.0 by a descriptor of their own. */
import { readRange } from "../../bytes/byte-source.ts";
import { openStream } from "./content.ts";
import { fileAt, type NtfsFile } from "./file.ts";
import * as layout from "./layouts.ts";
import { describeSecurity, SecurityDescriptors, type Owners as Found } from "./security/index.ts";
import type { NtfsVolume } from "./volume.ts";
import { standardAt } from "./values.ts";
import { valueLength } from "./attributes.ts";

const standard = layout.standardInformation3.cursor();
const descriptorStream = "$SDS";
const mostDescriptorBytes = 1 << 20;

export class Owners {
  readonly #volume: NtfsVolume;
  #descriptors: SecurityDescriptors | null | undefined;

  constructor(volume: NtfsVolume) {
    this.#volume = volume;
  }

  /** Null where it is not known. */
  of(file: NtfsFile): Found | null {
    const own =
      file.find(layout.type.securityDescriptor) === null ? null : file.stream(layout.type.securityDescriptor, "");
    if (own) {
      const source = openStream(file, own, (extents) => extents);
      return describeSecurity(readRange(source, 0, Math.min(source.size, mostDescriptorBytes)));
    }
    return this.ofId(this.#idOf(file));
  }

  /** By the number of a descriptor; 0 stands for none. */
  ofId(id: number): Found | null {
    return id === 0 ? null : (this.#all()?.ownerOf(id) ?? null);
  }

  #idOf(file: NtfsFile): number {
    const at = standardAt(file);
    const found = file.find(layout.type.standardInformation);
    if (at < 0 || found === null || valueLength(file.volume.records, found) < layout.standardInformation3.size)
      return 0;
    return standard.over(file.volume.records.bytes, at).securityId;
  }

  #all(): SecurityDescriptors | null {
    if (this.#descriptors === undefined) {
      const secure = fileAt(this.#volume, layout.known.secure);
      const stream = secure?.stream(layout.type.data, descriptorStream) ?? null;
      this.#descriptors =
        secure && stream ? new SecurityDescriptors(openStream(secure, stream, (extents) => extents)) : null;
    }
    return this.#descriptors;
  }
}
