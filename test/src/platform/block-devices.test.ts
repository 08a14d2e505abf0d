import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { factsIn, fileFacts, parseMount, swapsOn, transportOf } from "../../../src/platform/block-devices.ts";
import { LinuxDevice } from "../../../src/platform/linux-device.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "vestige-sysfs-")));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A folder of sysfs with these attributes; the device number is one that no machine has. */
function sysfs(folder: string, attributes: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [name, value] of Object.entries(attributes)) {
    const path = join(root, folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof value === "string" ? `${value}\n` : value);
  }
  return join(root, folder);
}

const diskAttributes = {
  dev: "4095:77",
  size: "1953525168",
  ro: "0",
  removable: "0",
  "queue/logical_block_size": "512",
  "queue/physical_block_size": "4096",
  "queue/rotational": "1",
};

describe("facts of a medium (REQ-SRC-3)", () => {
  it("a SATA disk: model, serial, firmware, sectors, partitions; hidden areas not determinable, and why", () => {
    const page = Buffer.concat([
      Buffer.from([0, 0x80, 0, 20]),
      Buffer.from("     WD-WCC4N0123456"),
      Buffer.from("rest"),
    ]);
    const folder = sysfs("devices/pci0000:00/0000:00:1f.2/ata3/host2/target2:0:0/2:0:0:0/block/sdq", {
      ...diskAttributes,
      "device/vendor": "ATA     ",
      "device/model": "WDC WD10EZEX-08W",
      "device/rev": "1A01",
      "device/wwid": "naa.50014ee2b1234567",
      "device/vpd_pg80": page,
      "sdq1/partition": "1",
      "sdq1/dev": "4095:78",
      "sdq1/size": "2048",
      "sdq1/start": "2048",
      "sdq1/ro": "1",
      "sdq2/partition": "2",
    });
    expect(factsIn(folder)).toEqual({
      ...{ kind: "disk", name: "sdq", vendor: "ATA", model: "WDC WD10EZEX-08W", serial: "WD-WCC4N0123456" },
      ...{ firmware: "1A01", wwn: "naa.50014ee2b1234567", transport: "sata", rotational: true, partitions: 2 },
      ...{ size: 1_000_204_886_016, logicalSectorBytes: 512, physicalSectorBytes: 4096 },
      ...{ removable: false, readOnly: false, backingFile: null, mounts: [], hiddenSectors: "not determinable" },
      hidden: { hpa: "not determinable", dco: "not determinable", reason: "ata-commands" },
    });
    expect(factsIn(join(folder, "sdq1"))).toMatchObject({
      ...{ kind: "partition", name: "sdq1", model: "WDC WD10EZEX-08W", size: 1_048_576, physicalSectorBytes: 4096 },
      ...{ readOnly: true, removable: false, partitions: null, transport: "sata" },
    });
  });

  it("a device that tells nothing: null, never a guess", () => {
    const folder = sysfs("devices/virtual/block/strange0", { size: "8" });
    expect(factsIn(folder)).toMatchObject({
      ...{ vendor: null, model: null, serial: null, firmware: null, wwn: null, transport: null, rotational: null },
      ...{ physicalSectorBytes: null, removable: null, readOnly: null, size: 4096 },
    });
  });

  it("a device number in place of a vendor, and a virtual disk that says it rotates, are not recorded", () => {
    const folder = sysfs("devices/pci0000:00/virtio1/block/vdq", {
      ...diskAttributes,
      "device/vendor": "0x1af4",
      serial: "disk-7",
    });
    expect(factsIn(folder)).toMatchObject({ vendor: null, serial: "disk-7", rotational: null, transport: "virtio" });
    expect(factsIn(folder).hidden).toEqual({ hpa: "not determinable", dco: "not determinable", reason: "host" });
  });

  it.each([
    ["/sys/devices/pci0/ata1/host0/target0:0:0/0:0:0:0/block/sda", "sata"],
    ["/sys/devices/pci0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0/block/sdb", "usb"],
    ["/sys/devices/pci0/0000:01:00.0/nvme/nvme0/nvme0n1", "nvme"],
    ["/sys/devices/platform/mmc_host/mmc0/mmc0:0001/block/mmcblk0", "mmc"],
    ["/sys/devices/pci0/host0/port-0:0/end_device-0:0/target0:0:0/0:0:0:0/block/sdc", "sas"],
    ["/sys/devices/pci0/host1/rport-1:0-0/target1:0:0/1:0:0:0/block/sdd", "fc"],
    ["/sys/devices/platform/host3/session1/target3:0:0/3:0:0:0/block/sde", "iscsi"],
    ["/sys/devices/pci0/virtio1/host7/target7:0:0/7:0:0:0/block/sdf", "virtio"],
    ["/sys/devices/pci0/host8/target8:0:0/8:0:0:0/block/sdg", "scsi"],
    ["/sys/devices/virtual/block/loop3", "loop"],
    ["/sys/devices/virtual/block/dm-0", "device-mapper"],
    ["/sys/devices/virtual/block/zram0", "memory"],
    ["/sys/devices/virtual/block/other", null],
  ])("%s", (path, expected) => {
    expect(transportOf(path)).toBe(expected);
  });

  it("a file has no hidden areas", () => {
    expect(fileFacts("/x/disk.img", 7)).toMatchObject({
      ...{ kind: "file", name: "disk.img", size: 7, hiddenSectors: "none (a file)" },
      hidden: { hpa: "does not exist", dco: "does not exist", reason: "file" },
    });
  });

  it("mounts and swap space are read as the kernel writes them", () => {
    const line = "36 35 8:1 / /mnt/a\\040b rw,noatime shared:1 - ext4 /dev/sda1 ro,errors=continue";
    expect(parseMount(line)).toEqual({
      ...{ dev: "8:1", at: "/mnt/a b", type: "ext4", source: "/dev/sda1", writable: false },
    });
    expect(parseMount("36 35")).toBe(null);
    const table = join(root, "swaps");
    writeFileSync(table, "Filename Type Size Used Priority\n/dev/absent partition 1 0 -2\n/swapfile file 1 0 -3\n");
    expect(swapsOn(new Set(["8:1"]), table)).toBe(false);
  });
});

describe("a device while it is read", () => {
  const open = (name: string, more: Readonly<Record<string, string>> = {}) => {
    const folder = sysfs(`devices/x/block/${name}`, { ...diskAttributes, diskseq: "9", ...more });
    return {
      folder,
      device: new LinuxDevice(folder),
      set: (changed: Record<string, string>) => sysfs(`devices/x/block/${name}`, changed),
    };
  };

  it("has its size as long as it is the same and lives", () => {
    const { device, folder, set } = open("a", { "device/state": "running" });
    expect([device.size, device.sectorBytes, device.sizeNow()]).toEqual([1_000_204_886_016, 512, 1_000_204_886_016]);
    set({ size: "8" });
    expect(device.sizeNow()).toBe(4096);
    set({ "device/state": "offline" });
    expect(device.sizeNow()).toBe(null);
    rmSync(folder, { recursive: true });
    expect(device.sizeNow()).toBe(null);
  });

  it("is gone where another medium has its name", () => {
    const { device, set } = open("b");
    set({ diskseq: "10" });
    expect(device.sizeNow()).toBe(null);
  });

  it("has only what the file behind it holds", () => {
    const backing = join(root, "backing.img");
    writeFileSync(backing, Buffer.alloc(9000));
    const { folder, device } = open("loop9", { size: "16", "loop/backing_file": backing, "loop/offset": "512" });
    expect([device.size, device.sizeNow()]).toEqual([8192, 8192]);
    sysfs("devices/x/block/loop9/loop9p1", { partition: "1", start: "4", size: "12" });
    const partition = new LinuxDevice(join(folder, "loop9p1"));
    expect([partition.size, partition.sizeNow()]).toEqual([6144, 6144]);
    writeFileSync(backing, Buffer.alloc(5000));
    expect([device.sizeNow(), partition.sizeNow()]).toEqual([4096, 2048]);
  });
});
