/** The ar container over archives of our own making. */
import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { arContainer } from "../../../../native-free/containers/ar/container.ts";
import { ar } from "../../../fixtures/archive-writer.ts";
import { codesOf, readWith } from "../../../fixtures/extraction-reader.ts";

describe("ar container", () => {
  it("reads names of System V, GNU and BSD, and tables of symbols", async () => {
    const bytes = ar([
      ["/", "\0\0\0\x01"],
      ["//", "a long name of a member.o/\nanother.o/\n"],
      ["/0", "one"],
      ["/27", "two"],
      ["#1/12", "bsd name.o\0\0three"],
      ["short.o/", "four"],
      ["plain", "five"],
    ]);
    const { children, findings, statuses } = await readWith(arContainer, bytes);
    expect(children.map(({ child, bytes: data }) => [child.name.text, data.toString("latin1")])).toEqual([
      ["symbol-table", "\0\0\0\x01"],
      ["a long name of a member.o", "one"],
      ["another.o", "two"],
      ["bsd name.o", "three"],
      ["short.o", "four"],
      ["plain", "five"],
    ]);
    expect(children[2]!.child.times[0]!.value).toBe("2001-09-09T01:46:40Z");
    expect([...findings, ...statuses]).toEqual([]);
  });

  it("gives the version of a Debian package", async () => {
    const { fields } = await readWith(
      arContainer,
      ar([
        ["debian-binary", "2.0\n"],
        ["control.tar", "x"],
      ]),
    );
    expect(fields.formatVersion).toEqual(["2.0"]);
  });

  it("stops at damage and gives the rest as an item", async () => {
    const { children, findings, statuses } = await readWith(
      arContainer,
      Buffer.concat([ar([["a", "1"]]), Buffer.from("no header")]),
    );
    expect(children.map(({ child }) => child.name.text)).toEqual(["a", "bytes-behind-the-end"]);
    expect(codesOf(findings)).toEqual(["archive/damaged"]);
    expect(statuses).toEqual(["partial:damaged"]);
    const cut = await readWith(arContainer, ar([["a", "1234567890"]]).subarray(0, 72));
    expect(cut.children[0]).toMatchObject({ ended: "archive/truncated-entry" });
    expect((await readWith(arContainer, Buffer.from("!<arch>x"))).thrown).toBe("archive/damaged");
  });
});
