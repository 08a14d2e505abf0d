/** A group that the lvm2 programs make on two loop devices, without the kernel's device-mapper: places against `lvs`. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { memberFormats } from "../../../native-free/volumes/index.ts";
import { freshFolder } from "../../fixtures/evidence-folder.ts";
import { attachLoop, detachLoops } from "../../fixtures/loop-device.ts";

const base = freshFolder("lvm2");
afterAll(() => {
  detachLoops();
  rmSync(base, { recursive: true, force: true });
});

const installed = spawnSync("lvm", ["version", "--driverloaded", "n"]).status === 0;
const extentBytes = 256 * 1024;

/** Its configuration lives in the test's folder: nothing of the system's is read or written. */
function configured(devices: readonly string[]): NodeJS.ProcessEnv {
  const folder = join(base, "etc");
  mkdirSync(folder);
  const filter = [...devices.map((device) => `"a|^${device}$|"`), '"r|.*|"'].join(",");
  const lines = [
    `devices { filter=[${filter}] use_devicesfile=0 }`,
    "activation { udev_sync=0 udev_rules=0 verify_udev_operations=0 }",
    "backup { backup=0 archive=0 }",
    `global { locking_dir="${base}" use_lvmlockd=0 use_lvmpolld=0 }`,
  ];
  writeFileSync(join(folder, "lvm.conf"), `${lines.join("\n")}\n`);
  return { ...process.env, LVM_SYSTEM_DIR: folder, LVM_SUPPRESS_FD_WARNINGS: "1", LC_ALL: "C" };
}

describe.skipIf(!installed)("volumes that lvm2 makes (skipped where it is not installed)", () => {
  it("lie where lvs says", (context) => {
    const files = ["first", "second"].map((name) => join(base, name));
    for (const file of files) {
      writeFileSync(file, "");
      truncateSync(file, 12 << 20);
    }
    const devices = files.map((file) => attachLoop(file));
    if (devices.includes(null)) context.skip("no root or no loop devices");
    const [first, second] = devices as [string, string];
    const env = configured([first, second]);
    const run = (command: string, ...args: string[]): string =>
      execFileSync(command, ["--driverloaded", "n", ...args], {
        env,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
    const create = (...args: string[]): string => run("lvcreate", "-an", "-Zn", "-Wn", ...args, "lab");
    run("pvcreate", first, second);
    run("vgcreate", "-s", "256k", "lab", first, second);
    create("-l", "4", "-n", "linear");
    create("-i2", "-I4k", "-l", "6", "-n", "striped");
    run("lvextend", "-l", "+40", "lab/linear");
    const columns = [
      "--segments",
      "--noheadings",
      "--separator",
      "|",
      "-o",
      "lv_name,segtype,seg_start_pe,devices",
      "lab",
    ];
    const theirs = run("lvs", ...columns)
      .trim()
      .split("\n")
      .map((line) => line.trim());
    detachLoops();

    const [lvm2] = memberFormats;
    const members = files.map((file, index) => lvm2!.recognise(new MemorySource(readFileSync(file), devices[index]!))!);
    const system = lvm2!.assemble(members);
    const ours = system.volumes.flatMap(({ label, length, source }) => {
      const starts = [...source.runsIn(0, length)].filter(({ kind }) => kind === "data");
      const pieces: string[] = [];
      for (const { start, place } of starts) {
        const extent = `${place.path}(${(place.offset - (1 << 20)) / extentBytes})`;
        if (label === "striped" ? start < 8192 : true) pieces.push(`${start / extentBytes} ${extent}`);
      }
      return pieces.map((piece) => `${label} ${piece}`);
    });
    const expected = theirs.flatMap((line) => {
      const [name, , start, on = ""] = line.split("|");
      return on.split(",").map((each, index) => `${name} ${Number(start) + (index * 4096) / extentBytes} ${each}`);
    });
    expect(expected).toHaveLength(5);
    expect(ours.toSorted()).toEqual(expected.toSorted());
    expect(system.findings).toEqual([]);
  });
});
