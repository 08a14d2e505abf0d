/**
 * Every published archive of the formats read here: how many are read, partly read, and not, by format, with each exception named. libarchive's
 * files come as uuencoded text, which is undone first.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { containerFor } from "../../../native-free/containers/index.ts";
import { identify } from "../../../native-free/typing/index.ts";
import { type ReadResult, readWith } from "../../fixtures/extraction-reader.ts";

const root = fileURLToPath(new URL("../../../../shared/data/archives/libarchive/", import.meta.url));
const types = new Set("zip jar tar cpio ar deb rpm gzip bzip2 xz lzma lzip zstd lz4 compress snappy".split(" "));
/** As upstream's tests give them. */
const passwords = ["password", "12345678", "pass1"];

function uudecode(text: string): Buffer {
  const lines = text.split("\n");
  const first = lines.findIndex((line) => line.startsWith("begin "));
  const last = lines.findIndex((line, index) => index > first && line.trim() === "end");
  const pieces = lines.slice(first + 1, last).map((line) => {
    const length = (line.charCodeAt(0) - 32) & 63;
    const bytes: number[] = [];
    for (let at = 1; bytes.length < length; at += 4) {
      const [a = 0, b = 0, c = 0, d = 0] = [0, 1, 2, 3].map((place) => ((line.charCodeAt(at + place) || 32) - 32) & 63);
      bytes.push((a << 2) | (b >> 4), ((b << 4) | (c >> 2)) & 255, ((c << 6) | d) & 255);
    }
    return Buffer.from(bytes.slice(0, length));
  });
  return Buffer.concat(pieces);
}

/** Worst word that the reader had to say, `read` where it had none. */
function outcomeOf({ thrown, statuses, children }: ReadResult): string {
  if (thrown !== null) return `failed ${thrown}`;
  const ends = children.map(({ ended }) => ended ?? "").filter((ended) => ended !== "" && ended !== "cap");
  const told = [...statuses, ...ends.filter((ended) => !["missing:none", "missing:special"].includes(ended))];
  return told.length === 0 ? "read" : `partly ${[...new Set(told)].sort().join(" ")}`;
}

/** What is expected not to be read in full, as upstream's tests expect of it, too: made to be damaged, or not supported. */
const exceptions: Readonly<Record<string, string>> = {
  // The sizes that they declare are false, which is what they test.
  "test_option_stdout_size_exceeds_declared_deflate.zip": "partly zip/size-mismatch",
  "test_option_stdout_size_exceeds_declared_stored.zip": "partly zip/size-mismatch",
  "test_read_data_into_fd_size_exceeds_declared_deflate.zip": "partly zip/size-mismatch",
  "test_read_data_into_fd_size_exceeds_declared_stored.zip": "partly zip/size-mismatch",
  "test_read_format_zip_size_exceeds_declared_deflate.zip": "partly zip/size-mismatch",
  "test_read_format_zip_size_exceeds_declared_stored.zip": "partly zip/size-mismatch",
  "test_read_format_zip_uncompressed_size_off_by_4gib.zip": "partly zip/size-mismatch",
  // Checksums are false; gzip, bzip2 and unzip say so, too.
  "test_read_filter_gzip_recursive.gz": "partly stream/checksum",
  "test_read_format_mtree_crash747.mtree.bz2": "partly stream/checksum",
  "test_read_format_zip.zip": "partly zip/crc-mismatch",
  // Cut, or made to break readers.
  "test_read_files_compressed.part01": "partly stream/damaged",
  test_read_filter_lz4_raw_skip: "partly stream/damaged",
  "test_read_format_cpio_symlink_trailer.cpio": "partly partial:damaged",
  "test_read_format_huge_rpm.rpm": "failed archive/damaged",
  "test_read_format_tar_acl_oob_read.tar": "partly partial:damaged",
  "test_read_format_tar_invalid_pax_size.tar": "partly missing:absent",
  "test_read_format_tar_pax_g_large.tar": "partly partial:damaged",
  "test_read_format_zip_bz2_hang.zip": "failed zip/damaged",
  "test_read_format_zip_extra_padding.zip": "partly partial:damaged",
  "test_read_format_zip_lzma_alone_leak.zipx": "failed zip/damaged",
  "test_read_format_zip_malformed1.zip": "failed zip/damaged",
  "test_read_format_zip_ppmd8_crash_1.zipx": "failed zip/damaged",
  "test_read_format_zip_ppmd8_crash_2.zipx": "failed zip/damaged",
  "test_read_format_zip_zipx_lzma_oom.zipx": "failed zip/damaged",
  // Strong encryption of PKWARE, which is not read; and one whose password is not known.
  "test_read_format_zip_encryption_data.zip": "partly missing:encrypted partial:damaged",
  "test_read_format_zip_encryption_header.zip": "partly missing:encrypted partial:damaged",
  "test_read_format_zip_encryption_partially.zip": "partly missing:encrypted partial:damaged",
  "test_read_format_zip_ppmd8_aes256_streaming.zipx": "partly missing:encrypted",
  // A method that does not exist.
  "test_read_format_zip_symlink_unsupported_compression.zip": "partly missing:unsupported",
};

const counts: Readonly<Record<string, number>> = {
  ar: 1,
  bzip2: 6,
  compress: 42,
  cpio: 18,
  gzip: 13,
  jar: 1,
  lz4: 14,
  lzip: 6,
  lzma: 5,
  rpm: 3,
  tar: 43,
  xz: 5,
  zip: 84,
  zstd: 6,
};

describe.skipIf(!existsSync(root))("published archives (skipped where the shared test data are absent)", () => {
  const outcomes = new Map<string, { type: string; outcome: string; result: ReadResult }>();

  beforeAll(async () => {
    for (const file of readdirSync(root, { recursive: true, encoding: "utf8" }).sort()) {
      if (!file.endsWith(".uu")) continue;
      const bytes = uudecode(readFileSync(path.join(root, file), "latin1"));
      const { id } = await identify(new MemorySource(bytes));
      if (!types.has(id)) continue;
      const result = await readWith(containerFor(id)!, bytes, { passwords, childCapBytes: 4 << 20 });
      outcomes.set(path.basename(file, ".uu"), { type: id, outcome: outcomeOf(result), result });
    }
  }, 60_000);

  it("are read, but for those that are damaged or not supported", () => {
    const unread = [...outcomes].filter(([, { outcome }]) => outcome !== "read");
    expect(Object.fromEntries(unread.map(([name, { outcome }]) => [name, outcome]))).toEqual(exceptions);
  });

  it("are as many of each format as the set holds", () => {
    const found: Record<string, number> = {};
    for (const { type } of outcomes.values()) found[type] = (found[type] ?? 0) + 1;
    expect(found).toEqual(counts);
  });

  const childrenOf = (file: string): ReadResult["children"] => outcomes.get(file)!.result.children;
  const names = (file: string): string[] => childrenOf(file).map(({ child }) => child.name.text);
  const sizes = (file: string): (number | null)[] => childrenOf(file).map(({ child }) => child.size);
  const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

  // test_read_format_gtar_sparse.c: the same files in every form; GNU tar gives the same bytes.
  it.each([
    "test_read_format_gtar_sparse_1_13.tar",
    "test_read_format_gtar_sparse_1_17.tar",
    "test_read_format_gtar_sparse_1_17_posix00.tar",
    "test_read_format_gtar_sparse_1_17_posix01.tar",
    "test_read_format_gtar_sparse_1_17_posix10.tar",
    "test_read_format_gtar_sparse_1_17_posix10_modified.tar",
  ])("%s holds two sparse files and one that is none", (file) => {
    expect(names(file)).toEqual(["sparse", "sparse2", "non-sparse"]);
    expect(sizes(file)).toEqual([3_145_728, 99_000_001, 0]);
    const [first] = childrenOf(file);
    const expected = Buffer.alloc(3_145_728);
    expected[1_000_000] = expected[2_000_000] = 0x61;
    expect(first!.bytes.equals(expected)).toBe(true);
  });

  // test_read_format_cpio_bin_be.c, _le.c.
  it.each(["test_read_format_cpio_bin_be.cpio", "test_read_format_cpio_bin_le.cpio"])("%s holds its file", (file) => {
    expect(names(file)).toEqual(["file1111222233334444"]);
    expect(childrenOf(file)[0]!.bytes.length).toBe(5);
    expect(childrenOf(file)[0]!.child.times[0]!.value).toBe("2009-04-25T12:56:15Z");
  });

  // test_read_format_ar.c.
  it("test_read_format_ar.ar holds three members", () => {
    expect(names("test_read_format_ar.ar")).toEqual(["yyytttsssaaafff.o", "gghh.o", "hhhhjjjjkkkkllll.o"]);
    expect(childrenOf("test_read_format_ar.ar").map(({ bytes }) => bytes.toString())).toEqual([
      "55667788",
      "3333",
      "987654321",
    ]);
  });

  // test_compat_{bzip2,gzip,lzip,lzma,xz,zstd,lz4}.c: one tar archive, packed in every way, some with garbage behind.
  it.each([
    "test_compat_gzip_1.tgz",
    "test_compat_bzip2_1.tbz",
    "test_compat_lzip_1.tlz",
    "test_compat_lzma_1.tlz",
    "test_compat_lzma_2.tlz",
    "test_compat_lzma_3.tlz",
    "test_compat_xz_1.txz",
    "test_compat_zstd_1.tar.zst",
    "test_compat_zstd_2.tar.zst",
    "test_compat_lz4_1.tar.lz4",
    "test_compat_lz4_2.tar.lz4",
  ])("%s unpacks to a tar archive of six files", async (file) => {
    const [content] = childrenOf(file);
    const { children } = await readWith(containerFor("tar")!, content!.bytes);
    expect(children.map(({ child }) => child.name.text)).toEqual(["f1", "f2", "f3", "d1/f1", "d1/f2", "d1/f3"]);
  });

  // test_read_format_zip_winzip_aes_large.c and test_read_format_zip.c: the same files under every method.
  it.each(["", "_bzip2", "_lzma", "_ppmd", "_xz", "_zstd"])(
    "AES with method%s gives the files of the plain method",
    (method) => {
      const digests = (file: string): Record<string, string> =>
        Object.fromEntries(childrenOf(file).map(({ child, bytes }) => [child.name.text, sha256(bytes)]));
      const plain = digests("test_read_format_zip_winzip_aes256_large.zip");
      expect(Object.keys(plain).sort()).toEqual(["Makefile", "NEWS", "README", "config.h"]);
      expect(digests(`test_read_format_zip_winzip_aes256_large${method}.zip`)).toEqual(plain);
    },
  );

  it("gives the fields of RPM packages", () => {
    const { fields } = outcomes.get("test_read_format_cpio_svr4_gzip_rpm.rpm")!.result;
    expect(fields).toMatchObject({
      productName: ["rpmsample"],
      productVersion: ["1.0.0-1"],
      created: ["2009-11-22T22:07:25Z"],
    });
  });
});
