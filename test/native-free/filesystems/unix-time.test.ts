import { describe, expect, it } from "vitest";
import { dosTime } from "../../../native-free/filesystems/dos-time.ts";
import { secondsOfUnixTime, unixTime, unixTimeText } from "../../../native-free/filesystems/unix-time.ts";

describe("unix times", () => {
  it("are the text that Date writes, with nine digits or none, whatever was asked before", () => {
    for (const seconds of [0, -1, 86_399, 86_400, 1_715_953_042, 2 ** 31, -(2 ** 31), 2 ** 33 + 256, 15_000_000_000]) {
      const start = new Date(seconds * 1000).toISOString().slice(0, 19);
      for (const nanoseconds of [-1, 0, 1, 256, 123_456_789, 999_999_999]) {
        const fraction = nanoseconds < 0 ? "" : `.${String(nanoseconds).padStart(9, "0")}`;
        expect(unixTimeText(seconds, nanoseconds)).toBe(`${start}${fraction}Z`);
        expect(unixTimeText(seconds, nanoseconds)).toBe(`${start}${fraction}Z`);
      }
    }
  });

  it("keep their number beside the text, where nothing that copies them sees it", () => {
    const time = unixTime("m", "ext", -2, 500_000_000);
    expect(secondsOfUnixTime(time)).toBe(-1.5);
    expect(secondsOfUnixTime(unixTime("m", "ext", 7, -1))).toBe(7);
    expect({ ...time }).toEqual({ kind: "m", value: "1969-12-31T23:59:58.500000000Z", zone: "utc", source: "ext" });
    expect(secondsOfUnixTime({ ...time })).toBeNull();
    expect(secondsOfUnixTime(dosTime("m", "fat", 0x5821, 0)!)).toBeNull();
  });
});
