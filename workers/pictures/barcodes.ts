/** Bar codes and matrix codes in a picture, with ZXing (package zxing-wasm); its WebAssembly is read from disk. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { GreyPicture } from "../../native-free/pictures/grey.ts";

export interface Barcode {
  /** `QRCode`, `EAN-13` … */
  readonly kind: string;
  readonly text: string;
}

type Reader = typeof import("zxing-wasm/reader");

const mostCodes = 32;

let loaded: Promise<Reader> | null = null;

async function load(): Promise<Reader> {
  const reader = await import("zxing-wasm/reader");
  const wasmBinary = new Uint8Array(
    readFileSync(fileURLToPath(import.meta.resolve("zxing-wasm/reader/zxing_reader.wasm"))),
  ).buffer;
  const silent = (): undefined => undefined;
  await reader.prepareZXingModule({
    overrides: { wasmBinary, print: silent, printErr: silent },
    fireImmediately: true,
  });
  return reader;
}

/** Sorted by kind and text, each once; only codes whose check digits or error correction hold. */
export async function readBarcodes({ width, height, pixels }: GreyPicture): Promise<Barcode[]> {
  loaded ??= load();
  const reader = await loaded;
  const data = new Uint8ClampedArray(width * height * 4);
  for (let at = 0; at < pixels.length; at++) {
    data.fill(pixels[at] as number, at * 4, at * 4 + 3);
    data[at * 4 + 3] = 255;
  }
  const image = { width, height, data, colorSpace: "srgb" } as unknown as Parameters<Reader["readBarcodes"]>[0];
  const found = await reader.readBarcodes(image, { tryHarder: true, maxNumberOfSymbols: mostCodes });
  const codes = new Map<string, Barcode>();
  for (const { isValid, format, text } of found) {
    if (isValid && text !== "") codes.set(`${format}:${text}`, { kind: format, text: text.toWellFormed() });
  }
  return [...codes.keys()].sort().map((key) => codes.get(key) as Barcode);
}
