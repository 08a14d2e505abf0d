/**
 * Which characters of a Word document are marked as deleted, and by whom: character runs in pages of 512 bytes (MS-DOC
 * 2.8.5 and 2.9.33) with the properties sprmCFRMarkDel and sprmCIbstRMarkDel (MS-DOC 2.6.1).
 */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";

/** Bytes `from` to `to` of the main stream. */
export interface DeletedRun {
  readonly from: number;
  readonly to: number;
  /** Number in the list of authors; -1 where it is not said. */
  readonly author: number;
}

const pageBytes = 512;
const mostPages = 1 << 16;
const sprm = { deleted: 0x0800, deletedBy: 0x4863 } as const;

/** In the order of their places. */
export function readDeletedRuns(main: ByteSource, table: ByteSource, at: number, length: number): DeletedRun[] {
  const bytes = readRange(table, at, length);
  const count = Math.min(mostPages, Math.floor((bytes.length - 4) / 8));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const runs: DeletedRun[] = [];
  for (let i = 0; i < count; i++) {
    const page = view.getUint32(4 * (count + 1) + 4 * i, true) & 0x3f_ffff;
    runs.push(...runsOf(readRange(main, page * pageBytes, pageBytes)));
  }
  return runs.sort((a, b) => a.from - b.from);
}

function runsOf(page: Uint8Array): DeletedRun[] {
  if (page.length < pageBytes) return [];
  const view = new DataView(page.buffer, page.byteOffset, page.length);
  const count = Math.min(101, page[pageBytes - 1]!);
  const runs: DeletedRun[] = [];
  for (let i = 0; i < count; i++) {
    const properties = page[4 * (count + 1) + i]! * 2;
    if (properties === 0 || properties >= pageBytes - 1) continue;
    const end = Math.min(pageBytes - 1, properties + 1 + page[properties]!);
    const author = deletedBy(view, properties + 1, end);
    if (author !== null) {
      runs.push({ from: view.getUint32(4 * i, true), to: view.getUint32(4 * i + 4, true), author });
    }
  }
  return runs;
}

/** Bytes of an operand by the upper three bits of its property; 0: the first byte says it. */
const operandBytes = [1, 1, 2, 4, 2, 2, 0, 3] as const;

/** Null where the properties do not mark the run as deleted. */
function deletedBy(view: DataView, from: number, end: number): number | null {
  let [isDeleted, author] = [false, -1];
  for (let at = from; at + 3 <= end;) {
    const code = view.getUint16(at, true);
    const fixed = operandBytes[code >>> 13]!;
    if (code === sprm.deleted) isDeleted = view.getUint8(at + 2) !== 0;
    else if (code === sprm.deletedBy && at + 4 <= end) author = view.getUint16(at + 2, true);
    at += 2 + (fixed === 0 ? 1 + view.getUint8(at + 2) : fixed);
  }
  return isDeleted ? author : null;
}
