import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { extFormat } from "../../../../native-free/filesystems/ext/format.ts";
import { sampleVolumes } from "../../../fixtures/filesystems/ext-volume.ts";

describe("a single attribute of an ext entry", () => {
  it.each(sampleVolumes)("is that of all of them: $name", ({ bytes }) => {
    const fs = extFormat.open(new MemorySource(bytes))!;
    let seen = 0;
    for (const entry of fs.entries()) {
      for (const name of ["inode", "mode", "uid", "gid", "links", "attributes", "generation"]) {
        const single = entry.attribute ? entry.attribute(name) : entry.attributes[name];
        expect(single, `${entry.key} ${name}`).toBe(entry.attributes[name]);
        if (entry.attribute && single !== undefined) seen++;
      }
    }
    expect(seen).toBeGreaterThan(10);
  });
});
