/** Bytes of a message of a mailbox with one quote less before `From ` at line starts, as mboxrd wrote them. */
import { Buffer } from "node:buffer";
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";

const windowBytes = 1 << 18;
/** More quotes than this stay as they are. */
const lookAhead = 96;
const quotedWord = /^>+From /;

export function* plainBytes(source: ByteSource, start: number, end: number): Generator<Uint8Array> {
  for (let at = start; at < end; at += windowBytes) yield readRange(source, at, Math.min(windowBytes, end - at));
}

/** Lines before `bodyAt` are left alone: a header holds no quoted lines. */
export function* unquotedBytes(source: ByteSource, start: number, bodyAt: number, end: number): Generator<Uint8Array> {
  yield* plainBytes(source, start, Math.min(bodyAt, end));
  for (let at = bodyAt; at < end; at += windowBytes) {
    const length = Math.min(windowBytes, end - at);
    const bytes = Buffer.from(readRange(source, at, Math.min(length + lookAhead, end - at)));
    let from = 0;
    for (let quote = bytes.indexOf(0x3e); quote >= 0 && quote < length; quote = bytes.indexOf(0x3e, quote + 1)) {
      const before = quote > 0 ? bytes[quote - 1] : at > bodyAt ? readRange(source, at - 1, 1)[0] : 10;
      if (before !== 10 && before !== 13) continue;
      if (!quotedWord.test(bytes.subarray(quote, quote + lookAhead).toString("latin1"))) continue;
      yield bytes.subarray(from, quote);
      from = quote + 1;
    }
    yield bytes.subarray(from, length);
  }
}
