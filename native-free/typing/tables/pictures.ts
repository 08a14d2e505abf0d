/** Pictures, camera raws, icons, textures. */
import { isTga, plausibleBmp, plausibleIcon, refineTiff } from "../picture-kind.ts";
import type { TypeRow } from "../type-row.ts";

export const pictureTypes: readonly TypeRow[] = [
  { id: "jpeg", name: "JPEG picture", mime: "image/jpeg", ext: "jpg jpeg jpe jfif jif thm", sig: ["FF D8 FF"], refine: (probe) => (probe.u8(3) === 0xf7 ? "jls" : null), spec: "ITU-T T.81" },
  { id: "jls", name: "JPEG-LS picture", mime: "image/jls", ext: "jls", spec: "ITU-T T.87" },
  { id: "png", name: "PNG picture", mime: "image/png", ext: "png", sig: ["89 'PNG' 0D 0A 1A 0A"], refine: (probe) => (probe.ascii(0, 4096).indexOf("acTL") > 0 && probe.ascii(0, 4096).indexOf("acTL") < indexOrEnd(probe.ascii(0, 4096), "IDAT") ? "apng" : null), spec: "W3C PNG 3" },
  { id: "apng", parent: "png", name: "Animated PNG", mime: "image/apng", ext: "apng png", spec: "W3C PNG 3" },
  { id: "mng", name: "MNG animation", mime: "video/x-mng", ext: "mng", sig: ["8A 'MNG' 0D 0A 1A 0A"] },
  { id: "jng", name: "JNG picture", mime: "image/x-jng", ext: "jng", sig: ["8B 'JNG' 0D 0A 1A 0A"] },
  { id: "gif", name: "GIF picture", mime: "image/gif", ext: "gif", sig: ["'GIF87a'", "'GIF89a'"], spec: "GIF89a" },
  { id: "bmp", name: "Windows bitmap", mime: "image/bmp", ext: "bmp dib", sig: ["'BM'"], check: plausibleBmp, spec: "MS-WMF 2.2.2" },
  { id: "webp", name: "WebP picture", mime: "image/webp", ext: "webp", sig: ["'RIFF' ?*4 'WEBPVP8'"], spec: "RFC 9649" },
  { id: "tiff", name: "TIFF picture", mime: "image/tiff", ext: "tif tiff", sig: ["'II' 2A 00", "'MM' 00 2A", "'II' 2B 00 08 00", "'MM' 00 2B 00 08"], refine: refineTiff, spec: "TIFF 6.0" },
  { id: "dng", parent: "tiff", name: "Adobe DNG raw", mime: "image/x-adobe-dng", ext: "dng", spec: "DNG 1.7" },
  { id: "nef", parent: "tiff", name: "Nikon raw", mime: "image/x-nikon-nef", ext: "nef nrw" },
  { id: "cr2", parent: "tiff", name: "Canon raw 2", mime: "image/x-canon-cr2", ext: "cr2" },
  { id: "arw", parent: "tiff", name: "Sony raw", mime: "image/x-sony-arw", ext: "arw sr2 srf" },
  { id: "pef", parent: "tiff", name: "Pentax raw", mime: "image/x-pentax-pef", ext: "pef" },
  { id: "srw", parent: "tiff", name: "Samsung raw", mime: "image/x-samsung-srw", ext: "srw" },
  { id: "cr3", name: "Canon raw 3", mime: "image/x-canon-cr3", ext: "cr3", sig: ["@4 'ftypcrx '"] },
  { id: "crw", name: "Canon raw 1", mime: "image/x-canon-crw", ext: "crw", sig: ["'II' ?*4 'HEAPCCDR'"] },
  { id: "orf", name: "Olympus raw", mime: "image/x-olympus-orf", ext: "orf", sig: ["'IIRO'", "'IIRS'", "'MMOR'"] },
  { id: "rw2", name: "Panasonic raw", mime: "image/x-panasonic-rw2", ext: "rw2 raw rwl", sig: ["'IIU' 00"] },
  { id: "raf", name: "Fujifilm raw", mime: "image/x-fuji-raf", ext: "raf", sig: ["'FUJIFILMCCD-RAW'"] },
  { id: "x3f", name: "Sigma raw", mime: "image/x-sigma-x3f", ext: "x3f", sig: ["'FOVb'"] },
  { id: "mrw", name: "Minolta raw", mime: "image/x-minolta-mrw", ext: "mrw", sig: ["00 'MRM'"] },
  { id: "heic", name: "HEIC picture", parent: "iso-bmff", mime: "image/heic", ext: "heic heics hif", spec: "ISO/IEC 23008-12" },
  { id: "heif", name: "HEIF picture", parent: "iso-bmff", mime: "image/heif", ext: "heif heifs hif heic", spec: "ISO/IEC 23008-12" },
  { id: "avif", name: "AVIF picture", parent: "iso-bmff", mime: "image/avif", ext: "avif avifs", spec: "AV1 Image File Format 1.1" },
  { id: "jxl", name: "JPEG XL picture", mime: "image/jxl", ext: "jxl", sig: ["FF 0A", "00 00 00 0C 'JXL ' 0D 0A 87 0A"], check: (probe) => probe.u8(0) === 0 || !/^\xff\n[\n -~]*$/.test(probe.ascii(0, 64)), spec: "ISO/IEC 18181-2" },
  { id: "jp2", name: "JPEG 2000 picture", mime: "image/jp2", ext: "jp2", sig: ["00 00 00 0C 'jP  ' 0D 0A 87 0A"], refine: (probe) => ({ "jpx ": "jpx", "jpm ": "jpm", "mjp2": "mj2" })[probe.ascii(20, 4)] ?? null, spec: "ISO/IEC 15444-1 annex I" },
  { id: "jpx", name: "JPEG 2000 extended", parent: "jp2", mime: "image/jpx", ext: "jpx jpf", spec: "ISO/IEC 15444-2" },
  { id: "jpm", name: "JPEG 2000 compound", parent: "jp2", mime: "image/jpm", ext: "jpm", spec: "ISO/IEC 15444-6" },
  { id: "j2c", name: "JPEG 2000 code stream", mime: "image/x-jp2-codestream", ext: "j2c j2k jpc", sig: ["FF 4F FF 51 00"], spec: "ISO/IEC 15444-1 annex A" },
  { id: "jxr", name: "JPEG XR picture", mime: "image/jxr", ext: "jxr wdp hdp", sig: ["'II' BC 01", "'II' BC 00"], spec: "ITU-T T.832" },
  { id: "psd", name: "Photoshop document", mime: "image/vnd.adobe.photoshop", ext: "psd psb", sig: ["'8BPS' 00 01", "'8BPS' 00 02"] },
  { id: "xcf", name: "GIMP picture", mime: "image/x-xcf", ext: "xcf", sig: ["'gimp xcf '"] },
  { id: "kra", parent: "zip", name: "Krita picture", mime: "application/x-krita", ext: "kra" },
  { id: "ora", parent: "zip", name: "OpenRaster picture", mime: "image/openraster", ext: "ora" },
  { id: "ico", name: "Windows icon", mime: "image/vnd.microsoft.icon", ext: "ico", sig: ["00 00 01 00 ? 00"], check: plausibleIcon },
  { id: "cur", name: "Windows cursor", mime: "image/x-win-bitmap", ext: "cur", sig: ["00 00 02 00 ? 00"], check: plausibleIcon },
  { id: "ani", name: "Animated cursor", mime: "application/x-navi-animation", ext: "ani", sig: ["'RIFF' ?*4 'ACON'"] },
  { id: "icns", name: "Apple icon", mime: "image/icns", ext: "icns", sig: ["'icns' 00"] },
  { id: "pcx", name: "PCX picture", mime: "image/x-pcx", ext: "pcx", sig: ["0A 00 01", "0A 02 01", "0A 03 01", "0A 04 01", "0A 05 01"], check: (probe) => [1, 2, 4, 8].includes(probe.u8(3)) && probe.u16le(8) >= probe.u16le(4) && probe.u16le(10) >= probe.u16le(6) && probe.u8(64) === 0 && probe.size > 128 },
  { id: "tga", name: "Targa picture", mime: "image/x-tga", ext: "tga targa", check: isTga, weak: true },
  { id: "qoi", name: "QOI picture", mime: "image/x-qoi", ext: "qoi", sig: ["'qoif'"], check: (probe) => [3, 4].includes(probe.u8(12)) && probe.u8(13) < 2 },
  { id: "pbm", name: "Portable bitmap", mime: "image/x-portable-bitmap", ext: "pbm pnm", sig: ["'P1'", "'P4'"], check: plausiblePnm },
  { id: "pgm", name: "Portable greymap", mime: "image/x-portable-graymap", ext: "pgm pnm", sig: ["'P2'", "'P5'"], check: plausiblePnm },
  { id: "ppm", name: "Portable pixmap", mime: "image/x-portable-pixmap", ext: "ppm pnm", sig: ["'P3'", "'P6'"], check: plausiblePnm },
  { id: "pam", name: "Portable arbitrary map", mime: "image/x-portable-arbitrarymap", ext: "pam", sig: ["'P7' 0A 'WIDTH'"] },
  { id: "flif", name: "FLIF picture", mime: "image/flif", ext: "flif", sig: ["'FLIF'"] },
  { id: "bpg", name: "BPG picture", mime: "image/bpg", ext: "bpg", sig: ["'BPG' FB"] },
  { id: "exr", name: "OpenEXR picture", mime: "image/x-exr", ext: "exr", sig: ["76 2F 31 01"] },
  { id: "hdr", name: "Radiance picture", mime: "image/vnd.radiance", ext: "hdr pic", sig: ["'#?RADIANCE'", "'#?RGBE'"] },
  { id: "dds", name: "DirectDraw surface", mime: "image/vnd.ms-dds", ext: "dds", sig: ["'DDS ' 7C 00 00 00"] },
  { id: "ktx", name: "Khronos texture", mime: "image/ktx", ext: "ktx ktx2", sig: ["AB 'KTX 11' BB 0D 0A 1A 0A", "AB 'KTX 20' BB 0D 0A 1A 0A"] },
  { id: "wmf", name: "Windows metafile", mime: "image/wmf", ext: "wmf", sig: ["D7 CD C6 9A", "01 00 09 00 00 03"], spec: "MS-WMF" },
  { id: "emf", name: "Enhanced metafile", mime: "image/emf", ext: "emf", sig: ["01 00 00 00 @40 ' EMF'"], spec: "MS-EMF" },
  { id: "cdr", name: "CorelDRAW drawing", mime: "application/vnd.corel-draw", ext: "cdr", sig: ["'RIFF' ?*4 'CDR'"] },
  { id: "fits", name: "FITS picture", mime: "image/fits", ext: "fits fit fts", sig: ["'SIMPLE  =                    T'"] },
  { id: "dicom", name: "DICOM medical picture", mime: "application/dicom", ext: "dcm dicom", sig: ["@128 'DICM'"], spec: "DICOM PS3.10" },
  { id: "jbig2", name: "JBIG2 picture", mime: "image/x-jb2", ext: "jb2 jbig2", sig: ["97 'JB2' 0D 0A 1A 0A"], spec: "ITU-T T.88 annex D" },
  { id: "ras", name: "Sun raster", mime: "image/x-cmu-raster", ext: "ras sun", sig: ["59 A6 6A 95"] },
  { id: "sgi", name: "SGI picture", mime: "image/x-sgi", ext: "sgi rgb bw", sig: ["01 DA 00 01 00", "01 DA 01 01 00", "01 DA 01 02 00"] },
  { id: "mie", name: "MIE metadata", mime: "application/x-mie", ext: "mie", sig: ["'~' 10 04 ? '0MIE'", "'~' 18 04 ? '0MIE'"] },
  { id: "iccprofile", name: "ICC colour profile", mime: "application/vnd.iccprofile", ext: "icc icm", sig: ["@36 'acsp'"], spec: "ICC.1:2022" },
];

function indexOrEnd(text: string, word: string): number {
  const at = text.indexOf(word);
  return at < 0 ? text.length : at;
}

function plausiblePnm(probe: { ascii(at: number, length: number): string }): boolean {
  return /^P[1-6](?:\s|#[^\n]*\n)+\d+(?:\s|#[^\n]*\n)+\d+\s/.test(probe.ascii(0, 512));
}
