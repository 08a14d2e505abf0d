import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { carvers } from "../../../../native-free/carving/index.ts";
import { carveEmbedded, sharedFile } from "../../../fixtures/carving/carve-embedded.ts";

const data = fileURLToPath(new URL("../../../../../shared/data/", import.meta.url));
const folders = ["metadata/music-metadata/test/samples", "typed/file-type/fixture"];
const endings =
  /\.(mp4|mov|3gp|3g2|m4a|m4v|m4b|avi|wav|mkv|webm|flac|ogg|oga|ogv|opus|spx|mp3|mp2|aac|aiff?|amr|mid|wmv|wma|asf|flv|mpg|swf)$/i;

/** Files that are not whole, by the end of their names: what is missing in them. */
const notWhole: readonly (readonly [string, RegExp])[] = [
  [
    "a header and nothing behind it",
    /(CWE-835-01\.aiff|Poffset\.aif|-dash\.mp4|-isom(v2)?\.mp4|-mp4v2\.mp4|fixture\.(3g2|m4b)|-moov\.mov)$/,
  ],
  [
    "fewer frames than are believed",
    /(unknownframe|non ascii chars|issue-641|issue-979|issue-554|bad-offset-10|mp2l3)\.mp3$|sf-escape\.aac$/,
  ],
  ["cut where its own count of frames goes on", /(ID3v10|APEv2\+Lyrics3v2|issue-2497|issue-471|issue-828)\.mp3$/],
  ["cut inside of its last frame", /(id3v2\.2|compl|ffe3)\.mp3$|(-mpa|fixture)\.mp2$|adts-mpeg[24]\.aac$/],
  ["data that its tables name are missing", /(issue-151|issue-74|issue-79|songbook\.m4b)\.m4a$|asf\/asf\.wma$/],
  ["cut inside of a page or a cluster", /(issue_70\.ogg|fixture\.ogv|fixture2\.mkv)$/],
  ["an element is damaged", /fixture-corrupt\.mkv$/],
  ["no size in its header", /(missing-chunksize|issue-819)\.wav$/],
  ["a tag that names a wrong size", /bad-offset\.mp3$/],
  ["begins inside of its first frame, or with a code that no carver looks for", /(sin1k0db\.mp3|fixture\.mpg)$/],
];

const ids = "mp4 avi matroska asf flv mpeg-ps swf mp3 flac ogg wav aiff aac amr midi".split(" ");
const own = carvers.filter(({ id }) => ids.includes(id));

function* filesOf(folder: string): Generator<string> {
  for (const name of readdirSync(join(data, folder))) {
    const path = `${folder}/${name}`;
    if (statSync(join(data, path)).isDirectory()) yield* filesOf(path);
    else if (endings.test(name)) yield path;
  }
}

const hasData = sharedFile(`${folders[1]}/fixture.mp4`) !== null || sharedFile(`${folders[1]}/fixture.flv`) !== null;

describe.skipIf(!hasData)("files that others published (needs ../shared/data)", () => {
  const paths = hasData ? folders.flatMap((folder) => [...filesOf(folder)]) : [];
  const whole = paths.filter((path) => !notWhole.some(([, pattern]) => pattern.test(path)));

  it("are many", () => {
    expect(whole.length).toBeGreaterThan(85);
  });

  it.each(whole)("%s comes out whole", (path) => {
    const file = sharedFile(path)!;
    const found = carveEmbedded(own, file, "noise", path.length);
    expect(found).toContainEqual(expect.objectContaining({ verdict: "complete", length: file.length }));
  });

  it.each(notWhole)("with %s end inside of what was read", (_, pattern) => {
    const broken = paths.filter((path) => pattern.test(path));
    expect(broken.length).toBeGreaterThan(0);
    for (const path of broken) {
      const file = sharedFile(path)!;
      for (const { length } of carveEmbedded(own, file, "zeros", path.length)) {
        expect(length).toBeLessThanOrEqual(file.length + 5000);
      }
    }
  });
});
