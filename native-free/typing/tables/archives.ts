/** Archives, compressed streams, packages, installers. */
import { isArj, isCompressedZlib, isLzh, isTar } from "../archive-kind.ts";
import type { TypeRow } from "../type-row.ts";
import { refineZip } from "../zip-kind.ts";

export const archiveTypes: readonly TypeRow[] = [
  { id: "zip", name: "ZIP archive", mime: "application/zip", ext: "zip zipx cbz", sig: ["'PK' 03 04", "'PK' 05 06", "'PK' 07 08 'PK' 03 04", "'PK00PK' 03 04"], refine: refineZip, spec: "PKWARE APPNOTE 6.3.10" },
  { id: "jar", parent: "zip", name: "Java archive", mime: "application/java-archive", ext: "jar war ear", spec: "JAR File Specification" },
  { id: "apk", parent: "zip", name: "Android package", mime: "application/vnd.android.package-archive", ext: "apk apks xapk aab" },
  { id: "ipa", parent: "zip", name: "iOS package", mime: "application/x-ios-app", ext: "ipa" },
  { id: "xpi", parent: "zip", name: "Mozilla extension", mime: "application/x-xpinstall", ext: "xpi" },
  { id: "appx", parent: "zip", name: "Windows app package", mime: "application/vnd.ms-appx", ext: "appx msix appxbundle msixbundle" },
  { id: "nupkg", parent: "zip", name: "NuGet package", mime: "application/vnd.nuget.package", ext: "nupkg" },
  { id: "wheel", parent: "zip", name: "Python wheel", mime: "application/x-wheel+zip", ext: "whl" },
  { id: "vsix", parent: "zip", name: "Visual Studio extension", mime: "application/vsix", ext: "vsix" },
  { id: "kmz", parent: "zip", name: "Google Earth archive", mime: "application/vnd.google-earth.kmz", ext: "kmz" },
  { id: "asice", parent: "zip", name: "Signed document container (ASiC)", mime: "application/vnd.etsi.asic-e+zip", ext: "asice sce asics scs bdoc ddoc edoc", spec: "ETSI EN 319 162-1" },
  { id: "gzip", name: "gzip stream", mime: "application/gzip", ext: "gz tgz emz svgz", sig: ["1F 8B 08"], spec: "RFC 1952" },
  { id: "bzip2", name: "bzip2 stream", mime: "application/x-bzip2", ext: "bz2 tbz tbz2", sig: ["'BZh' ? 31 41 59 26 53 59", "'BZh' ? 17 72 45 38 50 90"] },
  { id: "bzip", name: "bzip stream", mime: "application/x-bzip", ext: "bz", sig: ["'BZ0'"] },
  { id: "xz", name: "xz stream", mime: "application/x-xz", ext: "xz txz", sig: ["FD '7zXZ' 00"], spec: ".xz 1.2.1" },
  { id: "lzma", name: "LZMA stream", mime: "application/x-lzma", ext: "lzma tlz", sig: ["5D 00 00 ? ? FF FF FF FF FF FF FF FF", "5D 00 00 ? ? ? ? ? ? 00 00 00 00"], weak: true },
  { id: "lzip", name: "lzip stream", mime: "application/x-lzip", ext: "lz", sig: ["'LZIP' 01", "'LZIP' 00"] },
  { id: "zstd", name: "Zstandard stream", mime: "application/zstd", ext: "zst tzst", sig: ["28 B5 2F FD", "50 2A 4D 18 ?*4 28 B5 2F FD"], spec: "RFC 8878" },
  { id: "lz4", name: "LZ4 frame", mime: "application/x-lz4", ext: "lz4", sig: ["04 22 4D 18", "02 21 4C 18"] },
  { id: "lzop", name: "lzop archive", mime: "application/x-lzop", ext: "lzo", sig: ["89 'LZO' 00 0D 0A 1A 0A"] },
  { id: "lrzip", name: "lrzip archive", mime: "application/x-lrzip", ext: "lrz", sig: ["'LRZI'"] },
  { id: "snappy", name: "Snappy frames", mime: "application/x-snappy-framed", ext: "sz", sig: ["FF 06 00 00 'sNaPpY'"] },
  { id: "compress", name: "compress (LZW) stream", mime: "application/x-compress", ext: "z taz", sig: ["1F 9D 80", "1F 9D 8C", "1F 9D 8D", "1F 9D 8E", "1F 9D 8F", "1F 9D 90", "1F 9D 91"] },
  { id: "pack", name: "pack (Huffman) stream", mime: "application/x-pack", ext: "z", sig: ["1F 1E"], weak: true, check: (probe) => probe.u8(2) < 16 && probe.u8(6) > 0 && probe.u8(6) <= 24 },
  { id: "zlib", name: "zlib stream", mime: "application/zlib", ext: "zlib zz", sig: ["78 01", "78 5E", "78 9C", "78 DA"], check: isCompressedZlib, spec: "RFC 1950", weak: true },
  { id: "7z", name: "7-Zip archive", mime: "application/x-7z-compressed", ext: "7z cb7", sig: ["'7z' BC AF 27 1C"] },
  { id: "rar", name: "RAR archive", mime: "application/vnd.rar", ext: "rar cbr rev", sig: ["'Rar!' 1A 07 00", "'Rar!' 1A 07 01 00", "'RE~^'"] },
  { id: "tar", name: "tar archive", mime: "application/x-tar", ext: "tar cbt", check: isTar, spec: "POSIX.1-2017 pax" },
  { id: "cpio", name: "cpio archive", mime: "application/x-cpio", ext: "cpio", sig: ["'070701'", "'070702'", "'070707'", "C7 71", "71 C7"], check: (probe) => probe.u8(0) === 0x30 || isBinaryCpio(probe) },
  { id: "ar", name: "ar archive", mime: "application/x-archive", ext: "a ar lib", sig: ["'!<arch>' 0A"] },
  { id: "deb", parent: "ar", name: "Debian package", mime: "application/vnd.debian.binary-package", ext: "deb udeb", sig: ["'!<arch>' 0A 'debian-binary'"] },
  { id: "rpm", name: "RPM package", mime: "application/x-rpm", ext: "rpm", sig: ["ED AB EE DB"] },
  { id: "cab", name: "Cabinet archive", mime: "application/vnd.ms-cab-compressed", ext: "cab msu", sig: ["'MSCF' 00 00 00 00"], spec: "MS-CAB 2.1" },
  { id: "installshield-cab", name: "InstallShield cabinet", mime: "application/x-installshield", ext: "cab hdr", sig: ["'ISc('"] },
  { id: "ace", name: "ACE archive", mime: "application/x-ace-compressed", ext: "ace", sig: ["@7 '**ACE**'"] },
  { id: "arj", name: "ARJ archive", mime: "application/x-arj", ext: "arj", sig: ["60 EA"], check: isArj },
  { id: "lzh", name: "LHA archive", mime: "application/x-lzh-compressed", ext: "lzh lha lzs pma", sig: ["@2 '-lh' ? '-'", "@2 '-lz' ? '-'", "@2 '-pm' ? '-'", "@2 '-pc' ? '-'"], check: isLzh },
  { id: "zoo", name: "ZOO archive", mime: "application/x-zoo", ext: "zoo", sig: ["@20 DC A7 C4 FD"] },
  { id: "arc", name: "ARC archive", mime: "application/x-arc", ext: "arc", sig: ["1A"], weak: true, check: (probe) => probe.u8(1) >= 1 && probe.u8(1) <= 11 && /^[\x21-\x7e]{1,12}\0/.test(probe.ascii(2, 13)) && probe.u32le(15) < probe.size },
  { id: "stuffit", name: "StuffIt archive", mime: "application/x-stuffit", ext: "sit sitx", sig: ["'SIT!'", "'StuffIt (c)1997'", "'StuffIt!'"] },
  { id: "binhex", name: "BinHex", mime: "application/mac-binhex40", ext: "hqx", sig: ["'(This file must be converted with BinHex'"] },
  { id: "applesingle", name: "AppleSingle", mime: "application/applefile", ext: "as", sig: ["00 05 16 00 00 02 00 00", "00 05 16 00 00 01 00 00"], spec: "RFC 1740" },
  { id: "appledouble", name: "AppleDouble", mime: "application/applefile", ext: "adf", sig: ["00 05 16 07 00 02 00 00", "00 05 16 07 00 01 00 00"], spec: "RFC 1740" },
  { id: "xar", name: "XAR archive", mime: "application/x-xar", ext: "xar pkg", sig: ["'xar!' 00 1C"] },
  { id: "wim", name: "Windows imaging", mime: "application/x-ms-wim", ext: "wim esd swm", sig: ["'MSWIM' 00 00 00", "'WLPWM' 00 00 00"] },
  { id: "msi", parent: "ole", name: "Windows installer", mime: "application/x-msi", ext: "msi msp mst msm" },
  { id: "szdd", name: "Microsoft COMPRESS", mime: "application/x-ms-compress-szdd", ext: "sz_", sig: ["'SZDD' 88 F0 27 33", "'KWAJ' 88 F0 27 D1", "'SZ ' 88 F0 27 33 D1"] },
  { id: "asar", name: "Electron archive", mime: "application/x-asar", ext: "asar", sig: ["04 00 00 00 ?*12 '{\"files\"'", "04 00 00 00 ?*12 '{ \"files'"] },
  { id: "crx", name: "Chrome extension", mime: "application/x-chrome-extension", ext: "crx", sig: ["'Cr24' 02 00 00 00", "'Cr24' 03 00 00 00"] },
  { id: "alz", name: "ALZip archive", mime: "application/x-alz", ext: "alz", sig: ["'ALZ' 01"] },
  { id: "egg", name: "EGG archive", mime: "application/x-egg", ext: "egg", sig: ["'EGGA'"] },
  { id: "zpaq", name: "ZPAQ archive", mime: "application/x-zpaq", ext: "zpaq", sig: ["'7kSt' A0 31 83 D3", "'zPQ'"] },
  { id: "dar", name: "DAR archive", mime: "application/x-dar", ext: "dar", sig: ["00 00 00 7B"], weak: true, check: (probe) => probe.u8(4) !== 0 && (probe.u8(14) === 0x4e || probe.u8(14) === 0x54) },
  { id: "androidbackup", name: "Android backup", mime: "application/x-android-backup", ext: "ab", sig: ["'ANDROID BACKUP' 0A"] },
  { id: "uuencode", parent: "text", name: "uuencoded text", mime: "text/x-uuencode", ext: "uu uue", sig: ["'begin '", "'begin-base64 '"], check: (probe) => /^begin(-base64)? [0-7]{3} \S/.test(probe.ascii(0, 24)) },
  { id: "yenc", parent: "text", name: "yEnc", mime: "text/x-yenc", ext: "yenc ync", sig: ["'=ybegin '"] },
];

function isBinaryCpio(probe: { u16le(at: number): number; u16be(at: number): number; u8(at: number): number }): boolean {
  const u16 = (at: number): number => (probe.u8(0) === 0xc7 ? probe.u16le(at) : probe.u16be(at));
  const nameLength = u16(20);
  return nameLength > 1 && nameLength < 1024 && probe.u8(26) > 31 && probe.u8(26 + nameLength - 1) === 0;
}
