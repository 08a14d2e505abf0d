/** Every container, in the order in which tables list them. One line per format. */
import type { Extractor } from "../model/extraction.ts";
import { arContainer } from "./ar/container.ts";
import { bzip2Container } from "./bzip2.ts";
import { compressContainer } from "./compress.ts";
import { cpioContainer } from "./cpio/container.ts";
import { gzipContainer } from "./gzip.ts";
import { lz4Container } from "./lz4.ts";
import { lzipContainer } from "./lzip.ts";
import { lzmaContainer } from "./lzma.ts";
import { rpmContainer } from "./rpm/container.ts";
import { diskImageContainer } from "./disk-image/container.ts";
import { sevenZipContainer } from "./seven-zip/container.ts";
import { snappyContainer } from "./snappy.ts";
import { tarContainer } from "./tar/container.ts";
import { warcContainer } from "./warc/container.ts";
import { xzContainer } from "./xz.ts";
import { zstdContainer } from "./zstd.ts";
import { compoundContainer } from "./compound/container.ts";
import { dbxContainer } from "./dbx/container.ts";
import { mboxContainer } from "./mbox/container.ts";
import { msgContainer } from "./msg/container.ts";
import { pstContainer } from "./pst/container.ts";
import { tnefContainer } from "./tnef/container.ts";
import { zipContainer } from "./zip/container.ts";

export const containers: readonly Extractor[] = [
  compoundContainer,
  zipContainer,
  mboxContainer,
  msgContainer,
  pstContainer,
  tnefContainer,
  dbxContainer,
  warcContainer,
  tarContainer,
  cpioContainer,
  arContainer,
  rpmContainer,
  sevenZipContainer,
  diskImageContainer,
  gzipContainer,
  bzip2Container,
  xzContainer,
  lzmaContainer,
  lzipContainer,
  zstdContainer,
  lz4Container,
  compressContainer,
  snappyContainer,
];

const byType = new Map<string, Extractor>();
for (const container of containers) {
  for (const type of container.types) if (!byType.has(type)) byType.set(type, container);
}

/** The container that reads a type of the typing registry; null where none does. */
export function containerFor(typeId: string): Extractor | null {
  return byType.get(typeId) ?? null;
}
