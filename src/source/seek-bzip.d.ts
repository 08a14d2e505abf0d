/** What we use of seek-bzip 2.0.0, which brings no types. */
declare module "seek-bzip" {
  interface ByteInput {
    /** −1 at the end. */
    readByte(): number;
    /** Bytes read into `target` from `offset`, up to `length`. */
    read(target: Uint8Array, offset: number, length: number): number;
    eof?(): boolean;
    /** To a byte; for `decodeBlock`. */
    seek?(at: number): void;
  }
  interface ByteOutput {
    writeByte(byte: number): void;
  }
  /** Throws TypeError and RangeError on damaged data. `many`: goes on with a stream that follows the first. */
  function decode(input: Uint8Array | ByteInput, output: Uint8Array | ByteOutput, many?: boolean): unknown;
  /** One block whose signature stands at `bit`, behind the head of a stream. Throws as `decode` does. */
  function decodeBlock(input: Uint8Array | ByteInput, bit: number, output: Uint8Array | ByteOutput): unknown;
  const bunzip: { readonly decode: typeof decode; readonly decodeBlock: typeof decodeBlock };
  export default bunzip;
}
