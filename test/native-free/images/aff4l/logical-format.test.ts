/** Logical AFF4 containers behind the contract of logical evidence. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import type { LogicalEntry as Written } from "../../../../native-free/images/aff4l/entry.ts";
import { aff4LogicalFormat } from "../../../../native-free/images/aff4l/logical-format.ts";
import { packContent } from "../../../../native-free/images/aff4l/pack.ts";
import { Aff4LogicalWriter } from "../../../../native-free/images/aff4l/writer.ts";
import { probeOf } from "../../../../native-free/images/image-format.ts";
import { checkLogicalEntry, type LogicalEntry } from "../../../../native-free/images/logical-index.ts";
import { isEvidenceError } from "../../../../native-free/model/errors.ts";
import { nameFromBytes } from "../../../../native-free/model/forensic-path.ts";
import { olderImage } from "../../../fixtures/images/aff4.ts";

const letter = Buffer.from("dear customs\n".repeat(30));

function entryOf(path: string | Uint8Array, content: Uint8Array | null, more: Partial<Written> = {}): Written {
  const digest = (algorithm: string): string | null => content && createHash(algorithm).update(content).digest("hex");
  return {
    ...{ path: nameFromBytes(Buffer.from(path as string)), kind: content ? "file" : "directory", status: "done" },
    ...{
      reason: null,
      size: content?.length ?? null,
      md5: digest("md5"),
      sha1: digest("sha1"),
      sha256: digest("sha256"),
    },
    ...{
      times: { m: "2025-12-24T18:00:00.5Z", a: null, c: null, b: "2025-12-24T18:00:00" },
      mode: "100644",
      uid: 1000,
    },
    ...{ gid: 0, device: "1", inode: "7", links: 1, target: null, xattrs: [{ name: "user.x", value: "AA==" }] },
    ...{ notRecorded: [], findings: [], ...more },
  };
}

function containerOf(entries: readonly (readonly [Written, Uint8Array | null])[]): Uint8Array {
  let store = Buffer.alloc(0);
  const sink = {
    write(part: Uint8Array): void {
      store = Buffer.concat([store, part]);
    },
    patch: (at: number, part: Uint8Array): void => store.set(part, at),
    cut(at: number): void {
      store = store.subarray(0, at);
    },
  };
  const volume = "aff4://5aea2dd0-32b4-4c61-a9db-677654be6f83";
  const writer = new Aff4LogicalWriter(sink, { volume, created: "2026-03-04T05:06:08.000Z", tool: "vestige 1" });
  for (const [entry, content] of entries) writer.add(entry, content && packContent(content));
  writer.finish(() => entries.map(([entry]) => entry));
  return store;
}

const bytes = containerOf([
  [entryOf("folder", null), null],
  [entryOf("folder/a.txt", letter), letter],
  [entryOf("folder/again.txt", letter), letter],
  [entryOf(Buffer.from([0x66, 0x2f, 0xff]), letter), letter],
  [
    entryOf("lost", Buffer.alloc(3), { md5: null, sha1: null, sha256: null, status: "failed", reason: "unreadable" }),
    null,
  ],
]);

const open = (container: Uint8Array) =>
  aff4LogicalFormat.open([{ name: "x.aff4", source: new MemorySource(container) }]);

function textOf(entry: LogicalEntry): string {
  const source = entry.open();
  const target = Buffer.alloc(source.size);
  source.readInto(target, 0);
  return target.toString();
}

function codeThrownBy(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (isEvidenceError(error)) return error.code;
    throw error;
  }
  return "nothing";
}

describe("an AFF4-L container", () => {
  it("gives its files with names, times, hashes and bytes", () => {
    const image = open(bytes);
    const entries = [...image.entries()];
    expect(entries.map(({ path, kind, size }) => [path.map(({ text }) => text).join("/"), kind, size])).toEqual([
      ["folder", "directory", 0],
      ["folder/a.txt", "file", letter.length],
      ["folder/again.txt", "file", letter.length],
      ["f/\ufffd", "file", letter.length],
      ["lost", "file", 3],
    ]);
    expect(entries[3]!.path[1]!.bytes).toBe(Buffer.from([0xff]).toString("base64"));
    expect(entries.slice(1, 4).map(textOf)).toEqual([letter, letter, letter].map(String));
    expect(entries.slice(0, 4).map(checkLogicalEntry)).toEqual([[], [], [], []]);
    expect(entries[1]!.times).toEqual([
      { kind: "m", value: "2025-12-24T18:00:00.5Z", zone: "utc", source: "aff4l" },
      { kind: "b", value: "2025-12-24T18:00:00", zone: "local-unknown", source: "aff4l" },
    ]);
    expect(entries[1]!.attributes).toContainEqual({ name: "attribute user.x", value: "AA==" });
    expect(entries[4]!.attributes).toContainEqual({ name: "reason", value: "unreadable" });
    expect(codeThrownBy(() => entries[4]!.open())).toBe("aff4l/content-missing");
    expect(new Set(entries.map(({ key }) => key)).size).toBe(entries.length);
    expect([...image.entries()].map(({ key }) => key)).toEqual(entries.map(({ key }) => key));
    expect(image.findings).toEqual([]);
  });

  it("is told apart from an image of a medium by opening it", () => {
    const probe = (container: Uint8Array) => probeOf({ name: "x.aff4", source: new MemorySource(container) });
    expect(aff4LogicalFormat.detect(probe(bytes))).toBe("possible");
    expect(aff4LogicalFormat.detect(probe(Buffer.from("PK\u0003\u0004 other")))).toBe("no");
    expect(codeThrownBy(() => open(olderImage()))).toBe("image/not-recognised");
    expect(codeThrownBy(() => open(Buffer.alloc(100)))).toBe("aff4l/no-volume");
    expect(aff4LogicalFormat.segmentsOf("a", ["a", "b"])).toEqual(["a"]);
  });

  it("whose directory is cut off says so once, however often it is read", () => {
    const image = open(bytes.subarray(0, bytes.length - 300));
    const first = [...image.entries()].length;
    expect([...image.entries()].length).toBe(first);
    const codes = image.findings.map(({ code }) => code);
    expect(codes).toEqual([...new Set(codes)]);
    expect(codes).toContain("aff4l/directory-damaged");
  });

  it("of the published example is read", ({ skip }) => {
    const example = fileURLToPath(new URL("../../../../../shared/data/images/aff4-ref/AFF4-L/dream", import.meta.url));
    if (!existsSync(`${example}.aff4`)) skip("the reference images are absent");
    const files = [...open(readFileSync(`${example}.aff4`)).entries()].filter(({ kind }) => kind === "file");
    expect(files.map(checkLogicalEntry)).toEqual(files.map(() => []));
    expect(files.map(textOf)).toContain(readFileSync(`${example}.txt`, "utf8"));
  });
});
