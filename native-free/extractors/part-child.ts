/** Children whose bytes lie in their parent as they are, or were put together in memory. */
import { type ByteSource, readRange } from "../bytes/byte-source.ts";
import type { Child } from "../model/extraction.ts";
import type { ItemTime } from "../model/item.ts";

const stepBytes = 65_536;

/** `embedded`, unless a directory of the format names it. */
interface Known {
  readonly origin?: Child["origin"];
  readonly times?: readonly ItemTime[];
}

/** A stretch of the source, clipped to it. */
export function stretchChild(
  source: ByteSource,
  key: string,
  name: string,
  at: number,
  length: number,
  known: Known = {},
): Child {
  const size = Math.max(0, Math.min(length, source.size - at));
  return childOf(key, name, size, known, async function* stretch() {
    for (let done = 0; done < size; done += stepBytes) {
      yield readRange(source, at + done, Math.min(stepBytes, size - done));
    }
  });
}

export function bytesChild(key: string, name: string, bytes: Uint8Array, known: Known = {}): Child {
  return childOf(key, name, bytes.length, known, async function* whole() {
    yield bytes;
  });
}

function childOf(key: string, name: string, size: number, known: Known, open: () => AsyncIterable<Uint8Array>): Child {
  const { origin = "embedded", times = [] } = known;
  const bytes = null;
  return {
    key,
    name: { text: name, bytes },
    kind: "file",
    origin,
    size,
    packedSize: size,
    times,
    findings: [],
    content: { open },
  };
}
