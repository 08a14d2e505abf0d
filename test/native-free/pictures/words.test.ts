import { describe, expect, it } from "vitest";
import { parseWords } from "../../../native-free/pictures/words.ts";

describe("words of a page", () => {
  it("are the rows of the lowest level that hold text", () => {
    const table = [
      "1\t1\t0\t0\t0\t0\t0\t0\t400\t400\t-1\t",
      "5\t1\t1\t1\t1\t1\t102\t18\t82\t22\t43.320724\tHellO",
      "5\t1\t1\t1\t1\t2\t1\t2\t3\t4\t95.5\t ",
      "",
    ].join("\n");
    expect(parseWords(table)).toEqual([{ text: "HellO", confidence: 43, left: 102, top: 18, width: 82, height: 22 }]);
  });
});
