import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { imageFormats } from "../../../../native-free/images/index.ts";
import { sparsebundleFormat } from "../../../../native-free/images/sparsebundle/format.ts";
import { isEvidenceError } from "../../../../native-free/model/errors.ts";
import { findImage, openFoundImage } from "../../../../src/source/image-files.ts";
import { mixedMedium } from "../../../fixtures/ewf-set.ts";
import { bundleList, bundleOf, sampleSets } from "../../../fixtures/images/sparsebundle.ts";
import {
  bytesByKind,
  codesOf,
  filesOf,
  mediumOf,
  openIn,
  readsAlike,
  survey,
} from "../../../fixtures/images/opened-set.ts";

const medium = mixedMedium(262_144);
const files = (changes: Readonly<Record<string, Uint8Array | null>> = {}) => {
  const all = new Map(bundleOf(medium).map(({ name, bytes }) => [name, bytes]));
  for (const [name, bytes] of Object.entries(changes)) {
    if (bytes) all.set(name, bytes);
    else all.delete(name);
  }
  return all;
};
const openWith = (changes: Readonly<Record<string, Uint8Array | null>>) => openIn(files(changes), "");

describe("sparse bundles", () => {
  it.each(sampleSets)("of $name read as their medium", (set) => {
    const image = openIn(filesOf(set), "");
    expect(image.format).toBe("sparsebundle");
    expect(Buffer.compare(mediumOf(image), set.medium)).toBe(0);
    expect(readsAlike(image, set.medium)).toBe(true);
    image.check?.();
    expect(codesOf(image)).toEqual(set.name === "short bands" ? ["image/band-short"] : []);
    expect(bytesByKind(image).sparse).toBeGreaterThan(30_000);
    expect(bytesByKind(image).missing).toBeUndefined();
  });

  it.each(sampleSets)("of $name give findings or an EvidenceError for any damage", (set) => {
    const { outcomes, faults } = survey(set, set === sampleSets[1] ? 200 : 50, 30);
    expect(faults).toEqual([]);
    expect(outcomes.get("read")).toBeGreaterThan(50);
  });

  it("are told by what is in the folder", () => {
    const detect = (names: readonly string[]) => sparsebundleFormat.detectFolder?.(names);
    expect(detect(["Info.plist", "bands/0"])).toBe(true);
    expect(detect(["Info.bckup", "token"])).toBe(true);
    expect(detect(["Info.plist", "Contents/x"])).toBe(false);
    expect(detect(["bands/0"])).toBe(false);
    expect(imageFormats).toContain(sparsebundleFormat);
  });

  it("open from a folder on a disk, with more bands than files are kept open", () => {
    const folder = mkdtempSync(join(tmpdir(), "vestige-bundle-"));
    try {
      for (const { name, bytes } of bundleOf(medium, { bandBytes: 512 })) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), bytes);
      }
      const found = findImage(folder)!;
      expect([found.format, found.signed, found.names]).toEqual(["sparsebundle", true, ["Info.plist", "Info.bckup"]]);
      const opened = openFoundImage(found);
      expect(Buffer.compare(mediumOf(opened.image), medium)).toBe(0);
      expect(Buffer.compare(mediumOf(opened.image), medium)).toBe(0);
      opened.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("a list that is lost, damaged, or differs from its copy", () => {
    const replaced = openWith({ "Info.plist": null });
    expect(codesOf(replaced)).toEqual(["image/structure-replaced"]);
    expect(Buffer.compare(mediumOf(replaced), medium)).toBe(0);
    expect(codesOf(openWith({ "Info.plist": Buffer.from("bplist00") }))).toEqual(["image/structure-replaced"]);
    expect(codesOf(openWith({ "Info.bckup": null }))).toEqual(["image/structure-damaged"]);
    const differs = openWith({ "Info.bckup": bundleList(medium.length, 4096) });
    expect(differs.findings.map(({ code, params }) => [code, params.field])).toEqual([
      ["image/structures-differ", "band-size"],
    ]);
    expect(openWith({ "Info.bckup": bundleList(5, 8192) }).findings[0]?.params.field).toBe("size");
    const bad = Buffer.from("<plist><dict><key>size</key><integer>x</integer></dict></plist>");
    expect(() => openWith({ "Info.plist": bad, "Info.bckup": null })).toThrow("image/structure-damaged");
  });

  it("bands that are too long, too many, or badly named", () => {
    const long = openWith({ "bands/0": new Uint8Array(8193).fill(1) });
    long.check?.();
    long.check?.();
    expect(codesOf(long)).toEqual(["image/band-size"]);
    const foreign = openWith({
      "bands/fff": new Uint8Array(9),
      "bands/00": new Uint8Array(3),
      "bands/x": new Uint8Array(1),
    });
    expect(foreign.findings.map(({ code, params }) => [code, params.bands])).toEqual([["image/band-foreign", 3]]);
  });

  it("a band that cannot be read is unreadable", () => {
    const all = files();
    const beside = {
      names: [...all.keys()],
      segment: (name: string) =>
        name === "bands/0" || !all.has(name) ? null : { name, source: new MemorySource(all.get(name)!, name) },
      image: () => null,
    };
    const image = sparsebundleFormat.open([], beside);
    expect(bytesByKind(image).unreadable).toBe(8192);
    image.check?.();
    expect(codesOf(image)).toEqual(["image/structure-damaged"]);
  });

  it("an encrypted one is named", () => {
    try {
      openWith({ token: Buffer.from("encrcdsa\0\0\0\x02") });
      expect.unreachable();
    } catch (error) {
      if (!isEvidenceError(error)) throw error;
      expect([error.code, error.params.scheme]).toEqual(["image/encrypted", "encrcdsa"]);
    }
    expect(() => sparsebundleFormat.open([])).toThrow("image/structure-damaged");
  });
});
