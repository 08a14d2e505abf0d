/** Makes instances of the kernels that scan, where the runtime and the processor can run them. */
import { Buffer } from "node:buffer";

/** What a kernel's memory looks like from outside. The buffer is another one after `grow`. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** A number that a kernel exports. */
export interface KernelNumber {
  readonly value: number;
}

const pageBytes = 1 << 16;

declare const WebAssembly:
  | {
      validate(bytes: Uint8Array): boolean;
      readonly Module: new (bytes: Uint8Array) => object;
      readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
    }
  | undefined;

const modules = new Map<string, object>();

/** What a new instance exports; null without WebAssembly or 128-bit SIMD. */
export function kernelExports(base64: string): unknown {
  if (typeof WebAssembly === "undefined") return null;
  let module = modules.get(base64);
  if (!module) {
    const code = Buffer.from(base64, "base64");
    if (!WebAssembly.validate(code)) return null;
    module = new WebAssembly.Module(code);
    modules.set(base64, module);
  }
  return new WebAssembly.Instance(module, {}).exports;
}

/** Makes the memory at least so long. Views of it that were made before are empty then. */
export function growTo(memory: KernelMemory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
}
