/** Traces of programs and systems that are a kind of another format: databases, property lists, JSON, logs in text. */
import { isEmuleMet, isLastlog, isLevelLog, isUsnJournal, refineLevelLog } from "../artefact-kind.ts";
import type { TypeRow } from "../type-row.ts";

const text = "text/plain";
const json = "application/json";

/** Settings, logs and histories in text (`log-kind.ts`). */
export const logTypes: readonly TypeRow[] = [
  { id: "syslog", parent: "text", name: "System log", mime: text, ext: "log", spec: "RFC 3164; RFC 5424" },
  { id: "web-access-log", parent: "text", name: "Web server log", mime: text, ext: "log" },
  { id: "w3c-log", parent: "text", name: "Web server log (W3C)", mime: text, ext: "log", spec: "W3C WD-logfile" },
  { id: "apt-history", parent: "text", name: "History of packages (apt)", mime: text, ext: "log" },
  { id: "apt-terminal-log", parent: "text", name: "Terminal log of apt", mime: text, ext: "log" },
  { id: "dpkg-log", parent: "text", name: "Package log (dpkg)", mime: text, ext: "log" },
  { id: "dpkg-status", parent: "text", name: "Installed packages (dpkg)", mime: text, ext: "" },
  { id: "setupapi-log", parent: "text", name: "Windows device installation log", mime: text, ext: "log" },
  { id: "wer-report", parent: "text", name: "Windows error report", mime: text, ext: "wer" },
  { id: "shell-history", parent: "text", name: "Shell history with times", mime: text, ext: "" },
  { id: "crontab", parent: "text", name: "Scheduled commands (cron)", mime: text, ext: "crontab", spec: "crontab(5)" },
  { id: "passwd", parent: "text", name: "User accounts (passwd)", mime: text, ext: "", spec: "passwd(5)" },
  { id: "shadow", parent: "text", name: "Password hashes (shadow)", mime: text, ext: "", spec: "shadow(5)" },
  { id: "unix-groups", parent: "text", name: "User groups", mime: text, ext: "", spec: "group(5)" },
  { id: "ssh-known-hosts", parent: "text", name: "SSH known hosts", mime: text, ext: "", spec: "sshd(8)" },
  { id: "leveldb-current", parent: "text", name: "LevelDB current manifest", mime: text, ext: "" },
  { id: "windows-task-xml", parent: "xml", name: "Windows scheduled task", mime: "text/xml", ext: "xml job" },
  { id: "android-preferences", parent: "xml", name: "Android shared preferences", mime: "text/xml", ext: "xml" },
  { id: "docker-log", parent: "ndjson", name: "Docker container log", mime: "application/x-ndjson", ext: "log json" },
  { id: "docker-container", parent: "json", name: "Docker container settings", mime: json, ext: "json" },
  { id: "docker-image", parent: "json", name: "Docker or OCI image settings", mime: json, ext: "json" },
  { id: "oci-manifest", parent: "json", name: "Docker or OCI image manifest", mime: json, ext: "json" },
  { id: "google-locations", parent: "json", name: "Google location history", mime: json, ext: "json" },
];

export const browserFileTypes: readonly TypeRow[] = [
  { id: "chrome-bookmarks", parent: "json", name: "Chrome bookmarks", mime: json, ext: "json bak" },
  { id: "firefox-logins", parent: "json", name: "Firefox logins", mime: json, ext: "json" },
  {
    id: "ie-webcache",
    parent: "ese",
    name: "Internet Explorer and Edge web cache",
    mime: "application/x-ms-ese",
    ext: "dat",
  },
  {
    id: "webarchive",
    parent: "bplist",
    name: "Safari web archive",
    mime: "application/x-webarchive",
    ext: "webarchive",
  },
  {
    id: "indexeddb-manifest",
    parent: "leveldb-log",
    name: "IndexedDB manifest (Chrome)",
    mime: "application/x-leveldb",
    ext: "",
  },
];

export const chatFileTypes: readonly TypeRow[] = [
  { id: "telegram-export", parent: "json", name: "Telegram chat export", mime: json, ext: "json" },
];

/** Records and stores of systems in binary. */
export const traceTypes: readonly TypeRow[] = [
  {
    id: "regf-log",
    parent: "regf",
    name: "Windows registry transaction log",
    mime: "application/x-windows-registry-log",
    ext: "log log1 log2",
    spec: "Windows registry file format",
  },
  {
    id: "usn-journal",
    name: "NTFS change journal ($UsnJrnl:$J)",
    mime: "application/x-ntfs-usnjrnl",
    ext: "",
    check: isUsnJournal,
    spec: "MS-FSCC 2.6",
  },
  {
    id: "ntfs-index",
    name: "NTFS index records ($I30)",
    mime: "application/x-ntfs-index",
    ext: "",
    sig: ["'INDX' 28 00 ? 00"],
  },
  { id: "srum", parent: "ese", name: "Windows use of resources (SRUM)", mime: "application/x-ms-ese", ext: "dat" },
  { id: "windows-search", parent: "ese", name: "Windows search index", mime: "application/x-ms-ese", ext: "edb" },
  { id: "user-access-log", parent: "ese", name: "Windows user access log", mime: "application/x-ms-ese", ext: "mdb" },
  { id: "ntds", parent: "ese", name: "Active Directory database", mime: "application/x-ms-ese", ext: "dit" },
  {
    id: "bits-queue",
    parent: "ese",
    name: "Windows background transfers (BITS)",
    mime: "application/x-ms-ese",
    ext: "db",
  },
  {
    id: "lastlog",
    name: "Last logins (lastlog)",
    mime: "application/x-lastlog",
    ext: "",
    check: isLastlog,
    spec: "lastlog(8)",
  },
  { id: "btm", parent: "bplist", name: "macOS background items", mime: "application/x-bplist", ext: "btm" },
  {
    id: "shared-file-list",
    parent: "bplist",
    name: "macOS recent items",
    mime: "application/x-bplist",
    ext: "sfl sfl2 sfl3",
  },
  { id: "spotlight-store", name: "Spotlight store", mime: "application/x-apple-spotlight", ext: "db", sig: ["'8tsd'"] },
  {
    id: "uuidtext",
    name: "Apple unified log strings",
    mime: "application/x-apple-uuidtext",
    ext: "",
    sig: ["99 88 77 66 02 00 00 00"],
  },
  {
    id: "uuidtext-dsc",
    name: "Apple unified log strings (shared cache)",
    mime: "application/x-apple-uuidtext",
    ext: "",
    sig: ["'hcsd'"],
  },
  {
    id: "apple-timesync",
    name: "Apple unified log times",
    mime: "application/x-apple-timesync",
    ext: "timesync",
    sig: ["B0 BB 30 00 00 00 00 00"],
  },
  {
    id: "ios-manifest-mbdb",
    name: "iOS backup index (Manifest.mbdb)",
    mime: "application/x-ios-mbdb",
    ext: "mbdb",
    sig: ["'mbdb' 05 00"],
  },
  { id: "abx", name: "Android binary XML (ABX)", mime: "application/x-android-abx", ext: "xml", sig: ["'ABX' 00"] },
  {
    id: "bolt",
    name: "Bolt database (containers)",
    mime: "application/x-bolt",
    ext: "db bolt",
    sig: ["@16 ED DA 0C ED 02 00 00 00"],
  },
  {
    id: "leveldb-log",
    name: "LevelDB log",
    mime: "application/x-leveldb",
    ext: "log",
    check: isLevelLog,
    refine: refineLevelLog,
    spec: "LevelDB log format",
  },
  { id: "leveldb-manifest", parent: "leveldb-log", name: "LevelDB manifest", mime: "application/x-leveldb", ext: "" },
  {
    id: "emule-met",
    name: "eMule list of files (MET)",
    mime: "application/x-emule-met",
    ext: "met",
    sig: ["0E", "E0", "E2"],
    check: isEmuleMet,
    weak: true,
  },
  {
    id: "powershell-modules",
    name: "PowerShell module cache",
    mime: "application/x-powershell-cache",
    ext: "",
    sig: ["'PSMODULECACHE' ? 00"],
  },
  {
    id: "torrent-resume",
    name: "uTorrent state (resume.dat)",
    mime: "application/x-bittorrent",
    ext: "dat",
    sig: ["'d10:.fileguard40:'"],
  },
  { id: "ares-share", name: "Ares list of shared files", mime: "application/x-ares", ext: "dat", sig: ["'__ARESDB'"] },
];

export const walletTypes: readonly TypeRow[] = [
  {
    id: "bitcoin-wallet",
    parent: "bdb",
    name: "Bitcoin wallet (wallet.dat)",
    mime: "application/x-bitcoin-wallet",
    ext: "dat",
  },
  {
    id: "ethereum-keystore",
    parent: "json",
    name: "Ethereum key store",
    mime: json,
    ext: "json",
    spec: "Web3 Secret Storage 3",
  },
  { id: "electrum-wallet", parent: "json", name: "Electrum wallet", mime: json, ext: "json" },
  { id: "electrum-wallet-encrypted", parent: "text", name: "Electrum wallet (encrypted)", mime: text, ext: "" },
];

/** Encrypted volumes, backups and what may be one. */
export const encryptedVolumeTypes: readonly TypeRow[] = [
  {
    id: "bitlocker-to-go",
    parent: "fat",
    name: "BitLocker To Go volume",
    mime: "application/x-bitlocker",
    ext: "img dd",
    sig: ["@3 'MSWIN4.1' @424 3B D6 67 49 29 2E D8 4A 83 99 F6 A3 39 E3 D0 01"],
  },
  {
    id: "corestorage",
    name: "CoreStorage volume (FileVault 2)",
    mime: "application/x-corestorage",
    ext: "img dd",
    sig: ["@8 01 00 10 00 @88 'CS' 01 00 00 00"],
  },
  {
    id: "dmg-encrypted",
    name: "Apple disk image (encrypted)",
    mime: "application/x-apple-diskimage",
    ext: "dmg sparseimage",
    sig: ["'encrcdsa' 00 00 00", "@-8 'cdsaencr'"],
  },
  {
    id: "androidbackup-encrypted",
    parent: "androidbackup",
    name: "Android backup (encrypted)",
    mime: "application/x-android-backup",
    ext: "ab",
  },
  {
    id: "encrypted-possible",
    name: "Possibly encrypted volume (bytes without a pattern)",
    mime: "application/octet-stream",
    ext: "hc tc vol",
  },
];

export const traceKeyTypes: readonly TypeRow[] = [
  { id: "adb-key", parent: "text", name: "Android debugging key", mime: text, ext: "pub" },
];
