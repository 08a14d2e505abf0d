/** What operating systems leave behind: logs, registry, links, prefetch, caches; network captures; crash dumps. */
import type { TypeRow } from "../type-row.ts";

export const systemTypes: readonly TypeRow[] = [
  {
    id: "regf",
    name: "Windows registry hive",
    mime: "application/x-windows-registry-hive",
    ext: "dat hve",
    sig: ["'regf'"],
    spec: "Windows registry file format",
  },
  { id: "creg", name: "Windows 9x registry", mime: "application/x-windows-9x-registry", ext: "dat", sig: ["'CREG'"] },
  {
    id: "evtx",
    name: "Windows event log",
    mime: "application/x-ms-evtx",
    ext: "evtx",
    sig: ["'ElfFile' 00"],
    spec: "MS-EVEN6",
  },
  { id: "evt", name: "Windows NT event log", mime: "application/x-ms-evt", ext: "evt", sig: ["30 00 00 00 'LfLe'"] },
  {
    id: "lnk",
    name: "Windows shortcut",
    mime: "application/x-ms-shortcut",
    ext: "lnk",
    sig: ["4C 00 00 00 01 14 02 00 00 00 00 00 C0 00 00 00 00 00 00 46"],
    spec: "MS-SHLLINK 2.1",
  },
  {
    id: "jumplist",
    parent: "ole",
    name: "Jump list (automatic)",
    mime: "application/x-ms-jumplist",
    ext: "automaticdestinations-ms",
    spec: "MS-CFB with DestList",
  },
  {
    id: "jumplist-custom",
    name: "Jump list (custom)",
    mime: "application/x-ms-jumplist",
    ext: "customdestinations-ms",
    sig: ["02 00 00 00 ?*8 ? 00 00 00 01 14 02 00 00 00 00 00 C0 00 00 00 00 00 00 46", "02 00 00 00 @-4 AB FB BF BA"],
  },
  {
    id: "prefetch",
    name: "Windows prefetch",
    mime: "application/x-ms-prefetch",
    ext: "pf",
    sig: ["@4 'SCCA'"],
    check: (probe) => [17, 23, 26, 30, 31].includes(probe.u32le(0)),
  },
  {
    id: "prefetch-mam",
    name: "Windows prefetch (compressed)",
    mime: "application/x-ms-prefetch",
    ext: "pf",
    sig: ["'MAM' 04", "'MAM' 84"],
  },
  {
    id: "thumbs-db",
    parent: "ole",
    name: "Windows thumbnail cache (Thumbs.db)",
    mime: "application/x-ms-thumbs-db",
    ext: "db",
  },
  {
    id: "thumbcache",
    name: "Windows thumbnail cache",
    mime: "application/x-ms-thumbcache",
    ext: "db",
    sig: ["'CMMM' ? 00 00 00"],
  },
  {
    id: "thumbcache-index",
    name: "Windows thumbnail cache index",
    mime: "application/x-ms-thumbcache",
    ext: "db",
    sig: ["'IMMM' ? 00 00 00"],
  },
  {
    id: "recycle-i",
    name: "Recycle bin record",
    mime: "application/x-ms-recycle",
    ext: "",
    sig: ["01 00 00 00 00 00 00 00", "02 00 00 00 00 00 00 00"],
    check: plausibleRecycle,
    weak: true,
  },
  {
    id: "index-dat",
    name: "Internet Explorer cache index",
    mime: "application/x-ms-index-dat",
    ext: "dat",
    sig: ["'Client UrlCache MMF Ver '"],
  },
  {
    id: "mft",
    name: "NTFS $MFT record",
    mime: "application/x-ntfs-mft",
    ext: "mft",
    sig: ["'FILE0' 00 ? 00", "'FILE*' 00 ? 00"],
  },
  { id: "logfile", name: "NTFS $LogFile", mime: "application/x-ntfs-logfile", ext: "", sig: ["'RSTR' 1E 00 ? 00"] },
  {
    id: "job",
    name: "Windows task",
    mime: "application/x-ms-job",
    ext: "job",
    sig: [
      "00 04 01 00 @20 46 00",
      "01 05 01 00 @20 46 00",
      "00 06 01 00 @20 46 00",
      "01 06 01 00 @20 46 00",
      "02 06 01 00 @20 46 00",
      "03 06 01 00 @20 46 00",
      "00 0A 01 00 @20 46 00",
    ],
  },
  { id: "minidump", name: "Windows minidump", mime: "application/x-dmp", ext: "dmp mdmp", sig: ["'MDMP' 93 A7"] },
  {
    id: "crashdump",
    name: "Windows kernel dump",
    mime: "application/x-dmp",
    ext: "dmp",
    sig: ["'PAGEDUMP'", "'PAGEDU64'"],
  },
  {
    id: "hiberfil",
    name: "Windows hibernation file",
    mime: "application/x-ms-hiberfil",
    ext: "sys",
    sig: ["'hibr'", "'HIBR'", "'wake'", "'WAKE'", "'RSTR' 00 00"],
  },
  { id: "grp", name: "Windows program group", mime: "application/x-ms-grp", ext: "grp", sig: ["'PMCC'"] },
  { id: "clp", name: "Windows clipboard", mime: "application/x-msclip", ext: "clp", sig: ["50 C3 01 00"], weak: true },
  {
    id: "pnf",
    name: "Windows setup information (compiled)",
    mime: "application/x-ms-pnf",
    ext: "pnf",
    sig: ["01 01 02 00 ?*8 01 00 00 00"],
    weak: true,
  },
  {
    id: "systemd-journal",
    name: "systemd journal",
    mime: "application/x-systemd-journal",
    ext: "journal",
    sig: ["'LPKSHHRH'"],
    spec: "systemd journal file format",
  },
  {
    id: "utmp",
    name: "Login records (utmp, wtmp)",
    mime: "application/x-utmp",
    ext: "utmp wtmp btmp",
    check: isUtmp,
    spec: "utmp(5)",
  },
  { id: "tzif", name: "Time zone data", mime: "application/tzif", ext: "tzif", sig: ["'TZif'"], spec: "RFC 9636" },
  {
    id: "ds-store",
    name: "macOS folder settings",
    mime: "application/x-apple-ds-store",
    ext: "ds_store",
    sig: ["00 00 00 01 'Bud1'"],
  },
  {
    id: "apple-alias",
    name: "macOS alias",
    mime: "application/x-apple-alias",
    ext: "alias",
    sig: ["'book' 00 00 00 00 'mark'"],
  },
  {
    id: "bplist",
    name: "Property list (binary)",
    mime: "application/x-bplist",
    ext: "plist bplist strings",
    sig: ["'bplist0'", "'bplist1'"],
  },
  { id: "typedstream", name: "Typed stream", mime: "application/x-typedstream", ext: "", sig: ["04 0B 'streamtyped'"] },
  { id: "asl", name: "Apple system log", mime: "application/x-apple-asl", ext: "asl", sig: ["'ASL DB' 00"] },
  {
    id: "tracev3",
    name: "Apple unified log",
    mime: "application/x-apple-tracev3",
    ext: "tracev3",
    sig: ["00 10 00 00 11 00 00 00"],
  },
  {
    id: "fsevents",
    name: "macOS file system events",
    mime: "application/x-apple-fsevents",
    ext: "",
    sig: ["'1SLD'", "'2SLD'", "'3SLD'"],
  },
  {
    id: "keychain",
    name: "macOS keychain",
    mime: "application/x-apple-keychain",
    ext: "keychain",
    sig: ["'kych' 00 01 00 00"],
  },
  {
    id: "binarycookies",
    name: "Safari cookies",
    mime: "application/x-apple-binarycookies",
    ext: "binarycookies",
    sig: ["'cook' 00 00"],
  },
  {
    id: "pcap",
    name: "Network capture",
    mime: "application/vnd.tcpdump.pcap",
    ext: "pcap cap dmp",
    sig: ["D4 C3 B2 A1 02 00 04 00", "A1 B2 C3 D4 00 02 00 04", "4D 3C B2 A1 02 00 04 00", "A1 B2 3C 4D 00 02 00 04"],
  },
  {
    id: "pcapng",
    name: "Network capture (next generation)",
    mime: "application/x-pcapng",
    ext: "pcapng ntar",
    sig: ["0A 0D 0D 0A ?*4 4D 3C 2B 1A", "0A 0D 0D 0A ?*4 1A 2B 3C 4D"],
  },
  {
    id: "snoop",
    name: "Network capture (snoop)",
    mime: "application/x-snoop",
    ext: "snoop cap",
    sig: ["'snoop' 00 00 00"],
    spec: "RFC 1761",
  },
  {
    id: "netmon",
    name: "Network capture (Network Monitor)",
    mime: "application/x-netmon",
    ext: "cap",
    sig: ["'GMBU' ? 02", "'RTSS'"],
  },
  { id: "locale", name: "Linux locale archive", mime: "application/x-locale", ext: "", sig: ["09 01 02 DE"] },
  {
    id: "gettext-mo",
    name: "Translation catalogue",
    mime: "application/x-gettext-translation",
    ext: "mo gmo",
    sig: ["DE 12 04 95 00 00", "95 04 12 DE 00 00"],
  },
  {
    id: "terminfo",
    name: "Terminal description",
    mime: "application/x-terminfo",
    ext: "",
    sig: ["1A 01"],
    weak: true,
    check: (probe) =>
      probe.u16le(2) > 2 && probe.u16le(2) < 256 && probe.u16le(4) < 64 && probe.u16le(6) < 64 && probe.u16le(8) < 512,
  },
  { id: "xcursor", name: "X cursor", mime: "image/x-xcursor", ext: "xcursor", sig: ["'Xcur'"] },
  {
    id: "git-pack",
    name: "Git pack",
    mime: "application/x-git",
    ext: "pack",
    sig: ["'PACK' 00 00 00 02", "'PACK' 00 00 00 03"],
  },
  { id: "git-idx", name: "Git pack index", mime: "application/x-git", ext: "idx", sig: ["FF 't' 4F 63 00 00 00 02"] },
  { id: "git-index", name: "Git index", mime: "application/x-git", ext: "index", sig: ["'DIRC' 00 00 00"] },
  { id: "swp", name: "Vim swap file", mime: "application/x-vim-swap", ext: "swp swo", sig: ["'b0VIM '"] },
  {
    id: "torrent",
    name: "BitTorrent metadata",
    mime: "application/x-bittorrent",
    ext: "torrent",
    sig: [
      "'d8:announce'",
      "'d7:comment'",
      "'d13:announce-list'",
      "'d10:created by'",
      "'d13:creation date'",
      "'d4:info'",
    ],
  },
  {
    id: "gvfs-metadata",
    name: "GVariant metadata store",
    mime: "application/x-gvfs-metadata",
    ext: "",
    sig: ["DA 1A 'meta'"],
  },
];

/** $I record: size, deletion time after 1995, and a UTF-16 drive path. */
function plausibleRecycle(probe: {
  u16le(at: number): number;
  u8(at: number): number;
  u32le(at: number): number;
}): boolean {
  const at = probe.u32le(0) === 2 ? 28 : 24;
  return (
    probe.u32le(20) > 0x01ba0000 &&
    probe.u32le(20) < 0x02200000 &&
    /[A-Za-z\\]/.test(String.fromCharCode(probe.u16le(at))) &&
    [58, 92].includes(probe.u16le(at + 2))
  );
}

/** Linux records of 384 bytes: type 0 to 9, a device name, a time after 1990. */
function isUtmp(probe: {
  size: number;
  u16le(at: number): number;
  u32le(at: number): number;
  ascii(at: number, length: number): string;
}): boolean {
  if (probe.size < 384 || probe.size % 384 !== 0) return false;
  for (let at = 0; at < Math.min(probe.size, 384 * 8); at += 384) {
    const kind = probe.u32le(at);
    if (kind < 1 || kind > 9 || !/^[ -~]*\0+$/.test(probe.ascii(at + 8, 32)) || probe.u32le(at + 340) < 631152000)
      return false;
  }
  return true;
}
