/** The RPM container over packages of our own making. */
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { rpmContainer } from "../../../../native-free/containers/rpm/container.ts";
import { rpm } from "../../../fixtures/archive-writer.ts";
import { readWith } from "../../../fixtures/extraction-reader.ts";

const tags = [
  [1000, "sample"],
  [1001, "1.0"],
  [1002, "2.el9"],
  [1004, "A sample"],
  [1006, 1_000_000_000],
  [1007, "build.example.org"],
  [1024, "echo installed"],
  [1064, "4.19"],
  [1080, 1_100_000_000],
  [1081, "A. Person <a@example.org>"],
  [1082, "- first change"],
  [1124, "cpio"],
  [1125, "gzip"],
] as const;

describe("RPM container", () => {
  it("gives fields, scripts, the change log and the payload", async () => {
    const payload = gzipSync("payload");
    const { fields, texts, children, statuses } = await readWith(rpmContainer, rpm(tags, payload));
    expect(fields).toMatchObject({
      formatVersion: ["3.0"],
      productName: ["sample"],
      productVersion: ["1.0-2.el9"],
      title: ["A sample"],
      created: ["2001-09-09T01:46:40Z"],
      software: ["rpm 4.19"],
      custom: ["build host: build.example.org"],
    });
    expect(texts).toEqual([
      { text: "echo installed\n", label: "script" },
      { text: "2004-11-09T11:33:20Z A. Person <a@example.org>\n- first change\n", label: "change log" },
    ]);
    expect(children[0]!.child.name.text).toBe("payload.cpio.gzip");
    expect(children[0]!.bytes.equals(payload)).toBe(true);
    expect(statuses).toEqual([]);
  });

  it("says what is missing", async () => {
    const whole = rpm(tags, Buffer.alloc(0));
    expect((await readWith(rpmContainer, whole)).statuses).toEqual(["partial:damaged"]);
    expect((await readWith(rpmContainer, whole.subarray(0, 150))).thrown).toBe("archive/damaged");
    expect((await readWith(rpmContainer, whole.subarray(0, 90))).thrown).toBe("archive/damaged");
  });
});
