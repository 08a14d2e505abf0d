/** The volumes of whatever it is: a medium, a partition with a label of its own, a physical volume. */
import type { ByteSource } from "../bytes/byte-source.ts";
import { finding } from "../model/findings.ts";
import { volumeSystemFormats } from "./index.ts";
import { VolumeSlice } from "./layout.ts";
import type { VolumeSystem, VolumeSystemOptions } from "./volume-system.ts";

/**
 * Tries every registered format; null where the source is one volume. A table without volumes gives way to one with volumes,
 * and tables of a second kind are a finding. Of a volume that begins where the tables around it stand those are not opened again.
 */
export function openVolumes(source: ByteSource, options: VolumeSystemOptions): VolumeSystem | null {
  const around = source instanceof VolumeSlice ? source.tablesBefore : [];
  const systems = volumeSystemFormats
    .filter(({ registration }) => !around.includes(registration.id))
    // The boot record of a GUID partition table is read with it.
    .filter(({ registration }) => registration.id !== "mbr" || !around.includes("gpt"))
    .flatMap((format) => format.open(source, options) ?? []);
  const used = systems.find(({ volumes }) => volumes.length > 0) ?? systems[0];
  if (!used) return null;
  const others = systems.filter((each) => each !== used && !(used.format === "gpt" && each.format === "mbr"));
  const claims = others.map(({ format, volumes }) =>
    finding("volume/two-schemes", { used: used.format, other: format, volumes: volumes.length }),
  );
  return { ...used, findings: [...used.findings, ...claims] };
}
