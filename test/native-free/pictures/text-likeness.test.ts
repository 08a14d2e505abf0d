import { describe, expect, it } from "vitest";
import { textLikeness } from "../../../native-free/pictures/text-likeness.ts";
import { printed } from "../../fixtures/page-picture.ts";

const picture = (width: number, height: number, shade: (x: number, y: number) => number) => ({
  ...{ width, height },
  pixels: Uint8Array.from({ length: width * height }, (_, at) => shade(at % width, Math.floor(at / width))),
});

describe("text-likeness", () => {
  it("sees print, dark on light and light on dark", async () => {
    const page = await printed(["Invoice 4711"], 14);
    expect(textLikeness(page)).toBe("likely");
    expect(textLikeness({ ...page, pixels: page.pixels.map((value) => 255 - value) })).toBe("likely");
  });

  it("spares plain grounds, slopes, single edges and icons", () => {
    expect(textLikeness(picture(200, 200, () => 255))).toBe("plain");
    expect(textLikeness(picture(200, 200, (x) => x))).toBe("plain");
    expect(textLikeness(picture(200, 200, (x) => (x < 100 ? 0 : 255)))).toBe("plain");
    expect(textLikeness(picture(200, 200, (x, y) => 128 + 120 * Math.sin(x / 9) * Math.cos(y / 7)))).toBe("plain");
    expect(textLikeness(picture(16, 9, (x) => (x % 2) * 255))).toBe("small");
  });
});
