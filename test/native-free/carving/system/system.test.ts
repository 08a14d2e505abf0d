import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import type { Carver } from "../../../../native-free/carving/carver.ts";
import { pcapCarver, pcapngCarver } from "../../../../native-free/carving/system/captures.ts";
import { dsStoreCarver } from "../../../../native-free/carving/system/ds-store.ts";
import { evtCarver, evtxCarver, evtxChunkCarver } from "../../../../native-free/carving/system/event-log.ts";
import { iso9660Carver } from "../../../../native-free/carving/system/iso9660.ts";
import { lnkCarver } from "../../../../native-free/carving/system/lnk.ts";
import { luksCarver } from "../../../../native-free/carving/system/luks.ts";
import { minidumpCarver } from "../../../../native-free/carving/system/minidump.ts";
import {
  indexRecordCarver,
  logPageCarver,
  mftRecordCarver,
  usnRecordCarver,
} from "../../../../native-free/carving/system/ntfs-records.ts";
import { packedPrefetchCarver, prefetchCarver } from "../../../../native-free/carving/system/prefetch.ts";
import { recycleBinCarver } from "../../../../native-free/carving/system/recycle-bin.ts";
import { registryBinCarver, registryCarver } from "../../../../native-free/carving/system/registry.ts";
import { thumbcacheCarver } from "../../../../native-free/carving/system/thumbcache.ts";
import { carveBetweenNoise, carveRealFiles, startsWith } from "../../../fixtures/carving/carve-real.ts";
import { joined, laidOut, u64, wide } from "../../../fixtures/carving/laid-out.ts";
import { systemSamples } from "../../../fixtures/carving/system-samples.ts";
import {
  eventLog,
  fileRecord,
  registryBin,
  registryHive,
  usnRecords,
} from "../../../fixtures/carving/windows-parts.ts";
import { publishedDataPresent } from "../../../fixtures/published-media.ts";

const carvers: readonly Carver[] = [
  lnkCarver,
  registryCarver,
  registryBinCarver,
  evtxCarver,
  evtxChunkCarver,
  evtCarver,
  prefetchCarver,
  packedPrefetchCarver,
  mftRecordCarver,
  indexRecordCarver,
  logPageCarver,
  usnRecordCarver,
  iso9660Carver,
  pcapCarver,
  pcapngCarver,
  recycleBinCarver,
  dsStoreCarver,
  luksCarver,
  minidumpCarver,
  thumbcacheCarver,
];
const carve = (carver: Carver, bytes: Uint8Array) => carver.carve(new MemorySource(bytes), 0, bytes.length);
const sampleOf = (kind: string): Uint8Array => systemSamples.find((sample) => sample.kind === kind)!.bytes();

describe("samples of the system area", () => {
  it("has one for each kind", () => {
    const kinds = carvers.flatMap((carver) => carver.kinds.map(({ id }) => id));
    expect(systemSamples.map(({ kind }) => kind).toSorted()).toEqual(kinds.toSorted());
  });

  it.each(systemSamples.map((sample) => [sample.kind, sample] as const))("%s", (kind, sample) => {
    const carver = carvers.find(({ kinds }) => kinds.some(({ id }) => id === kind))!;
    const bytes = sample.bytes();
    expect(startsWith(carver, bytes)).toBe(true);
    expect(carve(carver, bytes)).toMatchObject({ kind, verdict: sample.verdict, length: bytes.length });
    expect(carveBetweenNoise(carver, bytes)).toMatchObject({ carved: { kind }, exact: true });
    expect(carve(carver, bytes.subarray(0, bytes.length - 1))?.verdict).not.toBe("complete");
  });
});

describe("what the structures say", () => {
  it("registry: a damaged bin ends a hive before it", () => {
    const hive = registryHive(4);
    hive[4096 * 3 + 33] = 0x55;
    expect(carve(registryCarver, hive)).toMatchObject({ verdict: "truncated", length: 4096 * 3 });
  });

  it("registry: the checksum of the base block is asked", () => {
    const hive = registryHive(2);
    hive[60]! ^= 1;
    expect(carve(registryCarver, hive)).toBeNull();
  });

  it("registry: bins that follow each other are one item, those of another hive are not", () => {
    const bins = joined(registryBin(4096, "a"), registryBin(8192, "b"), registryBin(4096, "c"));
    expect(carve(registryBinCarver, bins)?.length).toBe(8192);
  });

  it("EVTX: a changed record is no complete log", () => {
    const log = eventLog(2);
    log[4096 + 600]! ^= 1;
    expect(carve(evtxCarver, log)).toMatchObject({ verdict: "truncated", length: log.length });
  });

  it("EVTX: an unused chunk between others belongs to the log", () => {
    const log = eventLog(2);
    const gap = joined(log.subarray(0, 4096 + 65_536), new Uint8Array(65_536), log.subarray(4096 + 65_536));
    expect(carve(evtxCarver, gap)).toMatchObject({ verdict: "complete", length: gap.length });
  });

  it("file records: a torn record ends the run", () => {
    const records = joined(fileRecord(5), fileRecord(6), fileRecord(7));
    records[1024 + 510]! ^= 0xff;
    expect(carve(mftRecordCarver, records)?.length).toBe(1024);
  });

  it("change journal: records on both sides of a page's end are one item", () => {
    const records = usnRecords(60, 0);
    expect(records.length).toBeGreaterThan(4096);
    expect(carve(usnRecordCarver, joined(records, new Uint8Array(5000)))?.length).toBe(records.length);
  });

  it("recycle bin: version 1, and only what can be a path", () => {
    const record = (path: string): Uint8Array =>
      laidOut(544, [0, joined(u64(1), u64(77), u64(0x01ca_0000_0000_0000n))], [24, wide(path)]);
    expect(carve(recycleBinCarver, record("D:\\scans\\waybill.tif"))).toMatchObject({
      length: 544,
      title: "D:\\scans\\waybill.tif",
    });
    expect(carve(recycleBinCarver, record("D:\\scans|waybill.tif"))).toBeNull();
    expect(carve(recycleBinCarver, record("D:\\scans\\wayb"))).toBeNull();
  });

  it("prefetch: the packed one is the plain one inside", () => {
    const packed = sampleOf("prefetch-mam");
    expect(carve(packedPrefetchCarver, packed)?.title).toBe("CALCULATOR.EXE");
    packed[300]! ^= 0x10;
    expect(carve(packedPrefetchCarver, packed)?.verdict).not.toBe("complete");
  });

  it("LUKS 2: the checksum of the header is asked", () => {
    const volume = sampleOf("luks");
    volume[5000]! ^= 1;
    expect(carve(luksCarver, volume)).toBeNull();
  });

  it("pcap: a record that is cut off is none, and says that more was there", () => {
    const capture = sampleOf("pcap");
    expect(carve(pcapCarver, joined(capture, new Uint8Array(20)))?.verdict).toBe("complete");
    for (const left of [10, 100]) {
      const cut = capture.subarray(0, capture.length - 136 + left);
      expect(carve(pcapCarver, cut)).toMatchObject({ verdict: "truncated", length: capture.length - 136 });
    }
  });

  it("ISO 9660: an image that is cut off", () => {
    const image = sampleOf("iso9660");
    expect(carve(iso9660Carver, image.subarray(0, 43_000))).toMatchObject({ verdict: "truncated", length: 43_000 });
  });
});

describe.skipIf(!publishedDataPresent)("published files (skipped where ../shared/data is absent)", () => {
  const folders = ["artefacts", "typed", "features", "images/libcdio", "images/sleuthkit"];
  const exactOf = (carver: Carver) => {
    const files = carveRealFiles(carver, folders);
    return { files, exact: files.filter(({ exact }) => exact).length };
  };

  it.each([
    [lnkCarver, 965, 965],
    [prefetchCarver, 48, 48],
    [packedPrefetchCarver, 8, 8],
    [dsStoreCarver, 1, 1],
    [recycleBinCarver, 2, 2],
    [usnRecordCarver, 1, 1],
    [pcapngCarver, 1, 1],
  ])("$id: all are found as they are", (carver, count, right) => {
    const { files, exact } = exactOf(carver);
    expect([files.length, exact]).toEqual([count, right]);
  });

  it("pcap: all of two packets and more", () => {
    const { files, exact } = exactOf(pcapCarver);
    // The others hold one packet that is no IPv4 over Ethernet: hardly more than a header.
    expect(files.filter(({ carved }) => carved === null).map(({ size }) => size)).toSatisfy((sizes: number[]) =>
      sizes.every((size) => size < 160),
    );
    expect([files.length, exact]).toEqual([12, 8]);
  });

  it("ISO 9660: all but those that are damaged or shorter than they say", () => {
    const { files, exact } = exactOf(iso9660Carver);
    const others = files.filter((file) => !file.exact).map(({ name }) => name.split("/").at(-1));
    expect([files.length, exact]).toEqual([8, 6]);
    expect(others.toSorted()).toEqual(["bad-dir.iso", "iso.iso"]);
  });

  // Both formats keep unused room at the end of a file, which nothing tells from what lies behind it.
  it.each([
    ["regf", registryCarver, 20],
    ["evtx", evtxCarver, 30],
  ])("%s: what is found is the beginning of the file, and the rest is room", (_id, carver, count) => {
    const found = exactOf(carver).files.filter(({ carved }) => carved !== null);
    expect(found.length).toBe(count);
    for (const { carved, size } of found) {
      expect(carved!.length).toBeLessThanOrEqual(size);
      expect((size - carved!.length) % 4096).toBe(0);
    }
  });
});
