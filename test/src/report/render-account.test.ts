/** The account of bytes on page one: the strip, the sums, and what is not understood, in words. */
import { describe, expect, it } from "vitest";
import { cellLetters, type MediumAccount } from "../../../native-free/layers/account.ts";
import type { CustodyContent } from "../../../src/report/content.ts";
import { renderAccounts } from "../../../src/report/render-account.ts";

const sums = {
  content: 4096,
  metadata: 1024,
  slack: 512,
  unallocated: 2048,
  gap: 512,
  unreadable: 0,
  "not-understood": 512,
};
const account: MediumAccount = {
  ...{ schema: "vestige.account/1", bytes: 8704, sums, cellBytes: 512 },
  parts: [
    {
      ...{ path: "p1", bytes: 8704, sums },
      words: [
        { class: "content", what: "file", bytes: 4096 },
        { class: "not-understood", what: "encrypted: <BitLocker>", bytes: 512 },
      ],
    },
  ],
  strip: `mm${cellLetters.content.repeat(8)}suuuugn`,
};
const contentOf = (one: MediumAccount | null): CustodyContent =>
  ({
    exhibits: [
      { intake: { label: "M01" }, account: one, processing: { counts: { zeroSlack: { items: 3, bytes: 1500 } } } },
    ],
  }) as unknown as CustodyContent;
const textOf = (one: MediumAccount | null): string | null => renderAccounts(contentOf(one))?.markup ?? null;

describe("the account in a report", () => {
  it("is a strip whose cells are those of the account, and a table that adds up", () => {
    const markup = textOf(account)!;
    const widths = Array.from(markup.matchAll(/<rect x="(\d+)" width="(\d+)"/g), ([, at, width]) => [at, width]);
    expect(widths).toEqual([
      ["0", "2"],
      ["2", "8"],
      ["10", "1"],
      ["11", "4"],
      ["15", "1"],
      ["16", "1"],
    ]);
    expect(markup).toContain("file content 47.1 %");
    expect(markup).toContain("The classes add up to 8,704 bytes, the size of the medium");
    expect(markup).toContain("3 stretches of slack (1,500 bytes) hold only zeros");
    expect(markup).toContain("encrypted: &lt;BitLocker&gt;");
  });

  it("says so where the classes do not add up", () => {
    const markup = textOf({ ...account, bytes: 9216 })!;
    expect(markup).toContain("The classes add up to 8,704 bytes, the medium has 9,216");
    expect(markup).not.toContain("the size of the medium");
  });

  it("is not there for folders", () => {
    expect(textOf(null)).toBeNull();
  });
});
