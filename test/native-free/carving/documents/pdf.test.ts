import { describe, expect, it } from "vitest";
import { pdfCarver } from "../../../../native-free/carving/documents/pdf/carver.ts";
import { proseOf } from "../../../fixtures/carving/archive-samples.ts";
import { carveAcrossGap, carveAmongNoise } from "../../../fixtures/carving/carve-sample.ts";
import { pdfWithStream, pdfWithTable, pdfWithUpdate } from "../../../fixtures/carving/document-samples.ts";
import { joined } from "../../../fixtures/carving/laid-out.ts";
import { coded } from "../../../fixtures/carving/sample-bytes.ts";

describe("carving of PDF documents", () => {
  it("ends behind the last revision that is whole", () => {
    const whole = pdfWithUpdate();
    const first = pdfWithTable();
    expect(carveAmongNoise(pdfCarver, whole)).toMatchObject({ verdict: "complete", length: whole.length });
    expect(carveAmongNoise(pdfCarver, whole.subarray(0, -30))).toMatchObject({
      verdict: "complete",
      length: first.length,
    });
  });

  it("ends before the next document", () => {
    const first = pdfWithTable();
    expect(carveAmongNoise(pdfCarver, joined(first, pdfWithStream()))).toMatchObject({
      verdict: "complete",
      length: first.length,
    });
    const cut = first.subarray(0, -200);
    const carved = carveAmongNoise(pdfCarver, joined(cut, "\n", pdfWithStream()));
    expect(carved?.verdict).toBe("truncated");
    expect(carved!.length).toBeLessThanOrEqual(cut.length);
  });

  it("is not whole where bytes were put in or taken out before the cross-reference", () => {
    const whole = pdfWithStream();
    for (let at = 30; at < whole.length - 300; at += 41) {
      const longer = joined(whole.subarray(0, at), coded(16, at), whole.subarray(at));
      expect(carveAmongNoise(pdfCarver, longer)?.verdict, `${at}`).not.toBe("complete");
      const shorter = joined(whole.subarray(0, at), whole.subarray(at + 7));
      expect(carveAmongNoise(pdfCarver, shorter)?.verdict, `${at}`).not.toBe("complete");
    }
  });

  it("is whole without a cross-reference where no object is missing and nothing of a sector's size can be", () => {
    const objects = [
      "1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n",
      "2 0 obj\n<< /Type /Pages /Kids [ 3 0 R ] /Count 1 >>\nendobj\n",
      "3 0 obj\n<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>\nendobj\n",
      // Counted wrongly by whoever wrote it.
      "4 0 obj\n<< /Length 20 >>\nstream\nBT (The seal was whole.) Tj ET\nendstream\nendobj\n",
    ];
    const written = (some: readonly string[]): Uint8Array =>
      joined("%PDF-1.4\n", ...some, "trailer\n<< /Size 5 /Root 1 0 R >>\n%%EOF\n");
    const whole = written(objects);
    expect(carveAmongNoise(pdfCarver, whole)).toMatchObject({ verdict: "complete", length: whole.length });
    expect(carveAmongNoise(pdfCarver, written(objects.slice(0, 3)))?.verdict).not.toBe("complete");
    const long = objects[3]!.replace("(The", `(${"The seal was whole. ".repeat(30)}`);
    expect(carveAmongNoise(pdfCarver, written([...objects.slice(0, 3), long]))?.verdict).not.toBe("complete");
    const foreign = `${objects[2]}${"other words of another file ".repeat(20)}\n`;
    expect(carveAmongNoise(pdfCarver, written([...objects.slice(0, 2), foreign, objects[3]!]))?.verdict).not.toBe(
      "complete",
    );
  });

  it("names the stream that was changed inside", () => {
    const changed = pdfWithTable();
    const at = Buffer.from(changed).indexOf("4 0 obj");
    changed[at + 300]! ^= 4;
    const carved = carveAmongNoise(pdfCarver, changed);
    expect(carved).toMatchObject({ verdict: "truncated", length: changed.length });
    expect(carved!.findings).toMatchObject([{ code: "carving/damaged-inside", offset: at }]);
  });
});

describe("carving of PDF documents in two pieces", () => {
  it("finds the gap and the cut in a stream that inflates", () => {
    for (const whole of [pdfWithTable(proseOf(60_000, 71)), pdfWithStream(proseOf(60_000, 72))]) {
      for (let cut = 1; cut * 512 < whole.length - 700; cut += 5) {
        for (const gap of [1, 12]) {
          const { contiguous, content } = carveAcrossGap(pdfCarver, whole, 512, cut, gap);
          expect(contiguous?.verdict).not.toBe("complete");
          expect(content, `${cut} ${gap}`).not.toBeNull();
          expect(Buffer.compare(content!, whole), `${cut} ${gap}`).toBe(0);
        }
      }
    }
  });

  it("finds nothing where a block is missing", () => {
    const whole = pdfWithTable(proseOf(40_000, 73));
    const missing = joined(whole.subarray(0, 5 * 512), whole.subarray(6 * 512));
    expect(carveAcrossGap(pdfCarver, missing, 512, 9, 3).content).toBeNull();
  });
});
