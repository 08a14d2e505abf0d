/** macOS and Windows from answers in the documented shape of their own programs. */
import { describe, expect, it } from "vitest";
import { devicePlatform } from "../../../src/platform/devices.ts";
import { macosDevices } from "../../../src/platform/macos.ts";
import { parsePlist } from "../../../src/platform/plist.ts";
import { systemCommand, type SystemCommand } from "../../../src/platform/system-command.ts";
import { windowsDevices } from "../../../src/platform/windows.ts";

const notTold = expect.objectContaining({ code: "devices/not-told", exit: 2 }) as Error;

const plist = (body: string) => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
${body}
</plist>
`;

describe("property lists", () => {
  it("are read with all their kinds of values", () => {
    const list = plist(`<dict><key>a &amp; b</key><array><integer>-7</integer><real>1.5</real><string></string>
      <true/><false/><date>2026-11-21T00:00:00Z</date><data>AAE=</data><dict/></array>
      <key>__proto__</key><string>x</string></dict>`);
    const value = parsePlist(list) as Record<string, unknown>;
    expect(value["a & b"]).toEqual([-7, 1.5, "", true, false, "2026-11-21T00:00:00Z", "AAE=", {}]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(["a & b", "__proto__"]);
  });
  it.each(["", "no list", "<plist><dict>", plist("<dict><string>x</string></dict>")])("are refused: %j", (text) => {
    expect(() => parsePlist(text)).toThrow();
  });
});

const macosAnswers: Readonly<Record<string, string>> = {
  list: plist(`<dict>
  <key>AllDisks</key><array><string>disk0</string><string>disk0s1</string><string>disk0s2</string><string>disk1</string>
    <string>disk1s1</string><string>disk4</string><string>disk4s1</string></array>
  <key>AllDisksAndPartitions</key><array>
    <dict><key>Content</key><string>GUID_partition_scheme</string><key>DeviceIdentifier</key><string>disk0</string>
      <key>Partitions</key><array>
        <dict><key>Content</key><string>EFI</string><key>DeviceIdentifier</key><string>disk0s1</string></dict>
        <dict><key>Content</key><string>Apple_APFS</string><key>DeviceIdentifier</key><string>disk0s2</string></dict>
      </array></dict>
    <dict><key>APFSPhysicalStores</key><array><dict><key>DeviceIdentifier</key><string>disk0s2</string></dict></array>
      <key>APFSVolumes</key><array><dict><key>DeviceIdentifier</key><string>disk1s1</string>
        <key>MountPoint</key><string>/System/Volumes/Data</string></dict></array>
      <key>DeviceIdentifier</key><string>disk1</string><key>Partitions</key><array/></dict>
    <dict><key>Content</key><string>FDisk_partition_scheme</string><key>DeviceIdentifier</key><string>disk4</string>
      <key>Partitions</key><array><dict><key>DeviceIdentifier</key><string>disk4s1</string>
        <key>MountPoint</key><string>/Volumes/STICK</string></dict></array></dict>
  </array>
  <key>WholeDisks</key><array><string>disk0</string><string>disk4</string></array></dict>`),
  "info disk0": plist(`<dict><key>BusProtocol</key><string>Apple Fabric</string><key>DeviceBlockSize</key>
    <integer>4096</integer><key>MediaName</key><string>APPLE SSD AP0512Q</string><key>RemovableMedia</key><false/>
    <key>Size</key><integer>500277792768</integer><key>SolidState</key><true/><key>WholeDisk</key><true/>
    <key>WritableMedia</key><true/></dict>`),
  "info disk1s1": plist(`<dict><key>FilesystemType</key><string>apfs</string><key>WritableVolume</key><true/></dict>`),
  "info disk4": plist(`<dict><key>BusProtocol</key><string>USB</string><key>DeviceBlockSize</key><integer>512</integer>
    <key>MediaName</key><string>Ultra Fit</string><key>RemovableMedia</key><true/><key>Size</key>
    <integer>15376000000</integer><key>SolidState</key><false/><key>WholeDisk</key><true/>
    <key>WritableMedia</key><false/></dict>`),
  "info disk4s1": plist(
    `<dict><key>FilesystemType</key><string>msdos</string><key>WritableVolume</key><false/></dict>`,
  ),
};

describe("media of macOS", () => {
  const run: SystemCommand = (program, [verb = "", flag, ...device]) => {
    expect([program, flag]).toEqual(["/usr/sbin/diskutil", "-plist"]);
    return macosAnswers[[verb, ...device].join(" ")] ?? "";
  };
  const devices = macosDevices(run);

  it("are listed with what diskutil says, and with mounts of APFS volumes upon them", () => {
    expect(devices.list()).toEqual([
      {
        path: "/dev/disk0",
        facts: {
          ...{ kind: "disk", name: "disk0", vendor: null, model: "APPLE SSD AP0512Q", serial: null, firmware: null },
          ...{ wwn: null, transport: "nvme", rotational: false, partitions: 2, size: 500_277_792_768 },
          ...{ logicalSectorBytes: 4096, physicalSectorBytes: null, removable: false, readOnly: false },
          ...{ backingFile: null, hiddenSectors: "not determinable" },
          mounts: [{ at: "/System/Volumes/Data", type: "apfs", writable: true }],
          hidden: { hpa: "does not exist", dco: "does not exist", reason: "no-ata" },
        },
      },
      {
        path: "/dev/disk4",
        facts: expect.objectContaining({
          ...{ transport: "usb", rotational: true, removable: true, readOnly: true, size: 15_376_000_000 },
          mounts: [{ at: "/Volumes/STICK", type: "msdos", writable: false }],
        }) as unknown,
      },
    ]);
  });

  it("are found by either of their paths, protected only by themselves", () => {
    expect(devices.factsOf("/dev/rdisk4")?.model).toBe("Ultra Fit");
    expect(devices.factsOf("/dev/disk9")).toBe(null);
    expect(devices.mountsOf("/dev/disk0s1").map(({ at }) => at)).toEqual(["/System/Volumes/Data"]);
    expect(devices.setReadOnly("/dev/disk4").method).toBe("was-read-only");
    expect(devices.setReadOnly("/dev/disk0")).toMatchObject({
      method: "not-set",
      reason: expect.stringMatching("macOS") as string,
    });
  });

  it("are not told where diskutil prints something else", () => {
    expect(() => macosDevices(() => "nothing").list()).toThrow(notTold);
    expect(() => macosDevices(() => plist("<array/>")).list()).toThrow(notTold);
  });
});

const windowsAnswer = {
  drives: [
    {
      Index: 0,
      Model: "Samsung SSD 980 1TB",
      SerialNumber: "0025_3843.",
      FirmwareRevision: "1B4QFXO7",
      MediaType: "Fixed hard disk media",
    },
    {
      Index: 1,
      Model: "SanDisk Ultra USB Device",
      SerialNumber: " 4C53 ",
      FirmwareRevision: "1.00",
      MediaType: "Removable Media",
    },
  ],
  disks: [
    {
      Number: 0,
      Size: 1000204886016,
      LogicalSectorSize: 512,
      PhysicalSectorSize: 4096,
      UniqueId: "eui.002538",
      IsReadOnly: false,
      BusType: "NVMe",
    },
    {
      Number: 1,
      Size: 15376318464,
      LogicalSectorSize: 512,
      PhysicalSectorSize: 512,
      UniqueId: null,
      IsReadOnly: true,
      BusType: 7,
    },
    {
      Number: 2,
      Size: 0,
      LogicalSectorSize: 512,
      PhysicalSectorSize: null,
      UniqueId: null,
      IsReadOnly: null,
      BusType: "USB",
    },
  ],
  partitions: [
    { DiskNumber: 0, AccessPaths: null, IsReadOnly: false },
    { DiskNumber: 0, AccessPaths: ["C:\\", "\\\\?\\Volume{0b1e}\\"], IsReadOnly: false },
    { DiskNumber: 1, AccessPaths: ["E:\\", "\\\\?\\Volume{77aa}\\"], IsReadOnly: false },
  ],
  media: [
    { DeviceId: "0", MediaType: "SSD" },
    { DeviceId: "1", MediaType: "Unspecified" },
  ],
};

describe("media of Windows", () => {
  const run: SystemCommand = (program, args) => {
    expect([program, ...args.slice(0, 3)]).toEqual(["powershell.exe", "-NoProfile", "-NonInteractive", "-Command"]);
    return JSON.stringify(windowsAnswer);
  };
  const devices = windowsDevices(run);

  it("are listed with their exact size, without empty drives", () => {
    expect(devices.list()).toEqual([
      {
        path: "\\\\.\\PhysicalDrive0",
        facts: {
          ...{ kind: "disk", name: "PhysicalDrive0", vendor: null, model: "Samsung SSD 980 1TB", serial: "0025_3843." },
          ...{ firmware: "1B4QFXO7", wwn: "eui.002538", transport: "nvme", rotational: false, partitions: 2 },
          ...{ size: 1_000_204_886_016, logicalSectorBytes: 512, physicalSectorBytes: 4096, removable: false },
          ...{ readOnly: false, backingFile: null, hiddenSectors: "not determinable" },
          mounts: [{ at: "C:\\", type: "", writable: true }],
          hidden: { hpa: "does not exist", dco: "does not exist", reason: "no-ata" },
        },
      },
      {
        path: "\\\\.\\PhysicalDrive1",
        facts: expect.objectContaining({
          ...{ serial: "4C53", transport: "usb", rotational: null, removable: true, readOnly: true },
          mounts: [{ at: "E:\\", type: "", writable: false }],
        }) as unknown,
      },
    ]);
  });

  it("are found by their path, protected only by themselves", () => {
    expect(devices.factsOf("//./physicaldrive1")?.serial).toBe("4C53");
    expect([devices.factsOf("\\\\.\\PhysicalDrive7"), devices.factsOf("C:\\disk.img")]).toEqual([null, null]);
    expect(devices.mountsOf("\\\\.\\PhysicalDrive0")).toHaveLength(1);
    expect(devices.setReadOnly("\\\\.\\PhysicalDrive1").method).toBe("was-read-only");
    expect(devices.setReadOnly("\\\\.\\PhysicalDrive0")).toMatchObject({ method: "not-set", set: [] });
  });

  it("are not told where PowerShell prints something else", () => {
    for (const answer of ["", "{}", JSON.stringify({ ...windowsAnswer, disks: [{ Number: 0 }] })]) {
      expect(() => windowsDevices(() => answer).list()).toThrow(notTold);
    }
  });
});

describe("programs of the system", () => {
  it("that are absent or fail are one sentence", () => {
    expect(() => systemCommand("vestige-absent", [])).toThrow(notTold);
    expect(() => systemCommand(process.execPath, ["-e", "process.exit(3)"])).toThrow(/exit code 3/);
    expect(systemCommand(process.execPath, ["-p", "1+1"])).toBe("2\n");
  });

  it("are not run on Linux", () => {
    if (process.platform === "linux") expect(Array.isArray(devicePlatform().list())).toBe(true);
    expect(devicePlatform("linux").factsOf("/absent")).toBe(null);
    expect(devicePlatform("linux").mountsOf("/absent")).toEqual([]);
  });
});
