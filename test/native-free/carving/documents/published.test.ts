import { describe, expect, it } from "vitest";
import type { Carver } from "../../../../native-free/carving/carver.ts";
import { chmCarver } from "../../../../native-free/carving/documents/chm.ts";
import { oleCarver } from "../../../../native-free/carving/documents/ole/carver.ts";
import { pdfCarver } from "../../../../native-free/carving/documents/pdf/carver.ts";
import { pstCarver } from "../../../../native-free/carving/documents/pst.ts";
import { carveEach, publishedFiles, publishedFilesPresent } from "../../../fixtures/carving/published-files.ts";

/** How many of the published files come out whole, and which come out whole at another length. */
const expected: readonly (readonly [carver: Carver, atLeast: number, otherLength: readonly string[]])[] = [
  // Eight bytes of white space behind the last end mark. Others, made by hand, name places where no object stands.
  [pdfCarver, 78, ["encrypted_doc_no_id.pdf"]],
  // A sector that is free at its end. Others are the first 4 KiB of a file.
  [oleCarver, 66, ["embedded-simple-2007.doc"]],
  [pstCarver, 3, []],
  [chmCarver, 1, []],
];

describe.skipIf(!publishedFilesPresent)(
  "carving of documents: published files (skipped without ../shared/data)",
  () => {
    const files = publishedFilesPresent ? publishedFiles(["documents", "mail", "typed", "encrypted"]) : [];

    it.each(expected)("finds $id", (carver, atLeast, otherLength) => {
      const outcome = carveEach(carver, files);
      expect(outcome.right, outcome.other.join("\n")).toBeGreaterThanOrEqual(atLeast);
      expect(outcome.complete.map((line) => line.split(":")[0]!.split("/").at(-1))).toEqual(otherLength);
    });
  },
);
