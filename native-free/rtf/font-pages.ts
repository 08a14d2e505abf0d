/** Code pages of the character sets of fonts (RTF 1.9.1, "Font table", `\fcharset`); 0 and 1 are the document's own. */
export const fontPages: Readonly<Record<number, number>> = {
  77: 10_000,
  128: 932,
  129: 949,
  134: 936,
  136: 950,
  161: 1253,
  162: 1254,
  163: 1258,
  177: 1255,
  178: 1256,
  186: 1257,
  204: 1251,
  222: 874,
  238: 1250,
};
