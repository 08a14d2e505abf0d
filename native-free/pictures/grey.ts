/** A picture in shades of grey, one byte a pixel, rows from the top without padding. */
export interface GreyPicture {
  readonly width: number;
  readonly height: number;
  /** width × height bytes, 0 black to 255 white. */
  readonly pixels: Uint8Array;
}
