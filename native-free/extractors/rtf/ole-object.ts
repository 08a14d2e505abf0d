/** Objects of the first kind of OLE, as documents hold them in text (MS-OLEDS 2.2.4 to 2.2.6): embedded or linked. */
import { MemorySource } from "../../bytes/byte-source.ts";
import { childOf } from "../../compound/child-of.ts";
import { decodeCodePage, untilNul } from "../../compound/code-page.ts";
import { baseName, readOlePackage } from "../../compound/ole-package.ts";
import type { Extraction } from "../../model/extraction.ts";

const linked = 1;
const embedded = 2;
const mostNameBytes = 4096;

/** `key` is of the object, `shown` its class as the text names it. */
export function* oleObject(bytes: Uint8Array, key: string, shown: string): Generator<Extraction> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const kind = bytes.length >= 8 ? view.getUint32(4, true) : 0;
  let at = 8;
  const name = (): string | null => {
    if (at + 4 > bytes.length) return null;
    const length = view.getUint32(at, true);
    if (length > mostNameBytes || at + 4 + length > bytes.length) return null;
    const text = decodeCodePage(untilNul(bytes.subarray(at + 4, at + 4 + length)), 1252);
    at += 4 + length;
    return text;
  };
  const [className, topic, item] = kind === linked || kind === embedded ? [name(), name(), name()] : [null, null, null];
  if (className === null || topic === null || item === null) return yield rawChild(bytes, key, shown);
  if (kind === linked) {
    if (topic !== "") yield { what: "field", name: "originalPath", value: topic, source: "ole-link" };
    yield {
      what: "text",
      text: `${[className, topic, item].filter((part) => part !== "").join("\t")}\n`,
      label: "links",
    };
    return;
  }
  const size = at + 4 <= bytes.length ? view.getUint32(at, true) : 0;
  const native = bytes.subarray(at + 4, Math.min(bytes.length, at + 4 + size));
  yield* nativeData(native.length > 0 ? native : bytes, key, className || shown);
}

function* nativeData(native: Uint8Array, key: string, className: string): Generator<Extraction> {
  const source = new MemorySource(native);
  const packed = /^package$/i.test(className) ? readOlePackage(source, false) : null;
  if (!packed) return yield rawChild(native, key, className);
  const path = packed.path || packed.temporaryPath;
  if (path !== "") yield { what: "field", name: "originalPath", value: path, source: "ole-package" };
  yield { what: "child", child: childOf(key, baseName(packed.path) || packed.label || "package", packed.data) };
}

function rawChild(bytes: Uint8Array, key: string, className: string): Extraction {
  return { what: "child", child: childOf(key, `${className || "object"}.ole`, new MemorySource(bytes)) };
}
