import { describe, expect, it } from "vitest";
import { arCarver } from "../../../../native-free/carving/archives/ar.ts";
import { bzip2Carver } from "../../../../native-free/carving/archives/bzip2/carver.ts";
import { cabCarver } from "../../../../native-free/carving/archives/cab.ts";
import { cpioCarver } from "../../../../native-free/carving/archives/cpio.ts";
import { gzipCarver } from "../../../../native-free/carving/archives/gzip.ts";
import { lz4Carver } from "../../../../native-free/carving/archives/lz4.ts";
import { rarCarver } from "../../../../native-free/carving/archives/rar/carver.ts";
import { rpmCarver } from "../../../../native-free/carving/archives/rpm.ts";
import { sevenZipCarver } from "../../../../native-free/carving/archives/seven-zip.ts";
import { tarCarver } from "../../../../native-free/carving/archives/tar.ts";
import { xzCarver } from "../../../../native-free/carving/archives/xz.ts";
import { zipCarver } from "../../../../native-free/carving/archives/zip/carver.ts";
import { zstdCarver } from "../../../../native-free/carving/archives/zstd.ts";
import type { Carver } from "../../../../native-free/carving/carver.ts";
import { carveEach, publishedFiles, publishedFilesPresent } from "../../../fixtures/carving/published-files.ts";

/**
 * How many of the published files come out whole, and which come out whole at another length. Most of those that do not come out are meant
 * to be broken (libarchive's and the fuzzers'), are empty, or are volumes cut at any byte.
 */
const expected: readonly (readonly [carver: Carver, atLeast: number, otherLength: readonly string[]])[] = [
  // The file goes on with padding; a byte behind the comment.
  [zipCarver, 200, ["test_read_format_zip_padded2.zip.uu", "test_t_bad.zip.uu"]],
  [sevenZipCarver, 109, []],
  [rarCarver, 127, []],
  // Streams with other bytes behind, which the tests of libarchive skip.
  [gzipCarver, 20, ["test_compat_gzip_2.tgz.uu"]],
  [bzip2Carver, 6, ["test_compat_bzip2_2.tbz.uu", "bzip2.bin"]],
  [lz4Carver, 11, ["test_compat_lz4_2.tar.lz4.uu", "test_read_filter_lz4_raw_skip.uu"]],
  [xzCarver, 17, []],
  [zstdCarver, 5, []],
  // Two archives, one behind the other; zeros up to a size of the test's own.
  [tarCarver, 38, ["test_read_format_tar_concatenated.tar.uu", "tar.tar"]],
  [cpioCarver, 14, []],
  [arCarver, 1, []],
  [rpmCarver, 3, []],
  [cabCarver, 13, []],
];

describe.skipIf(!publishedFilesPresent)("carving of archives: published files (skipped without ../shared/data)", () => {
  const files = publishedFilesPresent ? publishedFiles(["archives", "documents", "typed", "encrypted"]) : [];

  it.each(expected)("finds $id", (carver, atLeast, otherLength) => {
    const outcome = carveEach(carver, files);
    expect(outcome.right, outcome.other.join("\n")).toBeGreaterThanOrEqual(atLeast);
    expect(outcome.complete.map((line) => line.split(":")[0]!.split("/").at(-1))).toEqual(otherLength);
  });
});
