/** What mmls of The Sleuth Kit lists, against ours, on published media with a partition table. */
import { execFileSync, spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { openVolumes } from "../../../native-free/volumes/open-volumes.ts";
import { freshFolder } from "../../fixtures/evidence-folder.ts";
import { publishedMedium, publishedVolumes } from "../../fixtures/published-media.ts";

const base = freshFolder("mmls");
afterAll(() => rmSync(base, { recursive: true, force: true }));

const hasMmls = spawnSync("mmls", ["-V"]).status === 0;
const mostBytes = 170_000_000;

/** Raw media with a scheme that are quickly unpacked; the media of other containers are compared where those are tested. */
const images = new Map(
  publishedVolumes()
    .filter(({ image, scheme, size }) => scheme !== "" && size <= mostBytes && /\.(xz|raw|zip)$/.test(image))
    .filter(({ image }) => !/vmdk|vhdx|dmg|10b-ntfs/.test(image))
    .map(({ image, scheme }) => [image, scheme]),
);

interface Listed {
  readonly start: number;
  readonly sectors: number;
}

/** The lines of mmls that are volumes, but for the raw partition of a BSD label, which describes the label itself. */
function mmls(file: string): Listed[] {
  const lines = execFileSync("mmls", [file], { encoding: "utf8" }).split("\n");
  return lines.flatMap((line) => {
    const match = /^\d+: {2}(\d{3}(?::\d{3})?) +(\d+) +(\d+) +(\d+) +(.*)$/.exec(line);
    return match && !match[5]!.startsWith("Unused") ? [{ start: Number(match[2]), sectors: Number(match[4]) }] : [];
  });
}

describe.skipIf(!hasMmls || images.size === 0)(
  "agreement with mmls (skipped without it or without published media)",
  () => {
    it("there is something to compare", () => {
      expect(images.size).toBeGreaterThan(5);
    });

    it.each([...images])("%s: %s", (image, scheme) => {
      const medium = publishedMedium(image, image.endsWith(".zip") ? ["*.dd"] : []);
      const file = join(base, "medium.raw");
      writeFileSync(file, medium);
      const theirs = mmls(file);
      rmSync(file);
      const system = openVolumes(new MemorySource(medium), { sectorBytes: 512 });
      if (image.endsWith("/fat.img.xz")) {
        // mmls takes the boot sector of a diskette for a table whose only entry is the diskette itself.
        expect(theirs).toEqual([{ start: 0, sectors: 2880 }]);
        expect(system).toBeNull();
        return;
      }
      const ours = system!.volumes.map(({ start, length }) => ({ start: start! / 512, sectors: length / 512 }));
      // A label cut out of its disk: mmls counts from the disk's begin, which is not there.
      const shift = image.endsWith("/bsd.img.xz") ? 7680 : 0;
      expect(ours).toEqual(theirs.map(({ start, sectors }) => ({ start: start - shift, sectors })));
      expect({ DOS: "mbr", GUID: "gpt", BSD: "bsd" }[scheme.split(" ")[0]!]).toBe(system!.format);
    });
  },
);
