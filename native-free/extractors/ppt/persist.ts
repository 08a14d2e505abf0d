/** Edits of a presentation and where each left its objects (MS-PPT 2.3.2 to 2.3.5): a file that was saved often holds old ones. */
import { recordAt, rt } from "./records.ts";

export interface Persist {
  /** Places of the objects as they are now, by number. */
  readonly current: ReadonlyMap<number, number>;
  /** Number and place of every object of every edit, old ones too. */
  readonly all: readonly (readonly [id: number, at: number])[];
  readonly documentId: number;
  /** Number of the object that holds the encryption header; null where it is not encrypted. */
  readonly sessionId: number | null;
}

const mostEdits = 10_000;
const mostObjects = 1 << 20;

/** `at`: of the last edit. Null where none stands there. */
export function readPersist(bytes: Uint8Array, at: number): Persist | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const current = new Map<number, number>();
  const all: [number, number][] = [];
  const seen = new Set<number>();
  let documentId = -1;
  let sessionId: number | null = null;
  for (let place = at; !seen.has(place) && seen.size < mostEdits;) {
    seen.add(place);
    const edit = recordAt(bytes, place);
    if (edit?.type !== rt.userEdit || edit.start + 28 > edit.end) break;
    if (documentId < 0) documentId = view.getUint32(edit.start + 16, true);
    if (edit.end - edit.start >= 32) sessionId ??= view.getUint32(edit.start + 28, true);
    for (const [id, offset] of directoryAt(bytes, view, view.getUint32(edit.start + 12, true))) {
      if (!current.has(id)) current.set(id, offset);
      if (all.length < mostObjects) all.push([id, offset]);
    }
    place = view.getUint32(edit.start + 8, true);
    if (place === 0) break;
  }
  return documentId < 0 ? null : { current, all, documentId, sessionId };
}

function* directoryAt(bytes: Uint8Array, view: DataView, at: number): Generator<readonly [number, number]> {
  const directory = recordAt(bytes, at);
  if (directory?.type !== rt.persistDirectory) return;
  for (let place = directory.start; place + 4 <= directory.end;) {
    const head = view.getUint32(place, true);
    const [first, count] = [head & 0xf_ffff, head >>> 20];
    place += 4;
    for (let i = 0; i < count && place + 4 <= directory.end; i++, place += 4) {
      yield [first + i, view.getUint32(place, true)];
    }
  }
}
