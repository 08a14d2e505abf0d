/** Walks all entries of an image in this process, with their times, and says how long it took: `node walk.ts IMAGE`. */
import { openSync, statSync } from "node:fs";
import process from "node:process";
import { fileSystemFormats } from "../../../native-free/filesystems/index.ts";
import { FileSource } from "../../../workers/file-source.ts";

const [image = ""] = process.argv.slice(2);
const source = new FileSource(openSync(image, "r"), statSync(image).size, "-");
const [begun, used] = [performance.now(), process.cpuUsage()];
let [entries, times] = [0, 0];
for (const format of fileSystemFormats) {
  const fs = format.open(source);
  if (fs === null) continue;
  for (const entry of fs.entries()) {
    entries++;
    times += entry.times.length;
  }
  break;
}
const seconds = (performance.now() - begun) / 1000;
const { user, system } = process.cpuUsage(used);
const cpuSeconds = (user + system) / 1e6;
process.stdout.write(
  JSON.stringify({ entries, times, seconds, cpuSeconds, peakBytes: process.resourceUsage().maxRSS * 1024 }),
);
