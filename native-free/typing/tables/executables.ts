/** Programs, libraries, byte code, firmware. */
import type { TypeRow } from "../type-row.ts";
import type { Probe } from "../probe.ts";

export const executableTypes: readonly TypeRow[] = [
  {
    id: "pe",
    parent: "dos-exe",
    name: "Windows program",
    mime: "application/vnd.microsoft.portable-executable",
    ext: "exe dll sys scr ocx cpl drv efi mui com ax node pyd winmd acm tlb",
    spec: "Microsoft PE/COFF",
  },
  {
    id: "ne",
    parent: "dos-exe",
    name: "16-bit Windows program",
    mime: "application/x-dosexec",
    ext: "exe dll drv fon",
  },
  { id: "lx", parent: "dos-exe", name: "OS/2 or VxD program", mime: "application/x-dosexec", ext: "exe dll vxd 386" },
  {
    id: "dos-exe",
    name: "DOS program",
    mime: "application/x-dosexec",
    ext: "exe com ovl",
    sig: ["'MZ'"],
    check: plausibleMz,
    refine: refineMz,
  },
  {
    id: "elf",
    name: "ELF program or library",
    mime: "application/x-executable",
    ext: "elf so o ko axf prx bin out",
    sig: ["7F 'ELF'"],
    check: (probe) => [1, 2].includes(probe.u8(4)) && [1, 2].includes(probe.u8(5)),
    spec: "System V gABI chapter 4",
  },
  {
    id: "macho",
    name: "Mach-O program",
    mime: "application/x-mach-binary",
    ext: "dylib bundle o macho",
    sig: ["FE ED FA CE", "FE ED FA CF", "CE FA ED FE", "CF FA ED FE"],
  },
  {
    id: "macho-fat",
    name: "Mach-O universal program",
    mime: "application/x-mach-binary",
    ext: "dylib bundle",
    sig: ["CA FE BA BE 00 00 00", "CA FE BA BF 00 00 00"],
    check: (probe) => probe.u32be(4) > 0 && probe.u32be(4) < 30,
  },
  {
    id: "java-class",
    name: "Java class",
    mime: "application/java-vm",
    ext: "class",
    sig: ["CA FE BA BE 00"],
    check: (probe) => probe.u16be(6) >= 45 && probe.u16be(6) < 120,
    spec: "JVMS 4.1",
  },
  {
    id: "java-serial",
    name: "Java serialized object",
    mime: "application/x-java-serialized-object",
    ext: "ser",
    sig: ["AC ED 00 05"],
  },
  { id: "jmod", name: "Java module", mime: "application/x-java-jmod", ext: "jmod", sig: ["'JM' 01 00 'PK'"] },
  { id: "pack200", name: "Pack200", mime: "application/x-java-pack200", ext: "pack", sig: ["CA FE D0 0D"] },
  { id: "dex", name: "Dalvik byte code", mime: "application/x-dex", ext: "dex", sig: ["'dex' 0A '0' ? ? 00"] },
  { id: "odex", name: "Dalvik optimised code", mime: "application/x-odex", ext: "odex", sig: ["'dey' 0A '0' ? ? 00"] },
  {
    id: "axml",
    name: "Android binary XML",
    mime: "application/x-android-axml",
    ext: "xml axml",
    sig: ["03 00 08 00"],
    check: (probe) => probe.u32le(4) === probe.size,
  },
  {
    id: "arsc",
    name: "Android resources",
    mime: "application/x-android-arsc",
    ext: "arsc",
    sig: ["02 00 0C 00"],
    check: (probe) => probe.u32le(4) === probe.size,
  },
  {
    id: "wasm",
    name: "WebAssembly module",
    mime: "application/wasm",
    ext: "wasm",
    sig: ["00 'asm'"],
    spec: "WebAssembly core 5.5",
  },
  {
    id: "pyc",
    name: "Python byte code",
    mime: "application/x-python-bytecode",
    ext: "pyc pyo",
    sig: ["@2 0D 0A"],
    check: plausiblePyc,
  },
  {
    id: "luac",
    name: "Lua byte code",
    mime: "application/x-lua-bytecode",
    ext: "luac",
    sig: ["1B 'Lua' 51", "1B 'Lua' 52", "1B 'Lua' 53", "1B 'Lua' 54"],
  },
  { id: "llvm-bc", name: "LLVM bitcode", mime: "application/x-llvm", ext: "bc", sig: ["'BC' C0 DE", "DE C0 17 0B"] },
  {
    id: "beam",
    name: "Erlang byte code",
    mime: "application/x-erlang-binary",
    ext: "beam",
    sig: ["'FOR1' ?*4 'BEAM'"],
  },
  {
    id: "coff",
    name: "COFF object",
    mime: "application/x-coff",
    ext: "obj o",
    sig: ["4C 01", "64 86"],
    check: plausibleCoff,
    weak: true,
  },
  {
    id: "aout",
    name: "a.out program",
    mime: "application/x-executable",
    ext: "out",
    sig: ["07 01 64 00", "08 01 64 00", "0B 01 64 00", "CC 00 64 00"],
  },
  {
    id: "pdb",
    name: "Program database",
    mime: "application/x-ms-pdb",
    ext: "pdb",
    sig: ["'Microsoft C/C++ MSF 7.00' 0D 0A 1A 'DS'", "'Microsoft C/C++ program database 2.00'"],
  },
  { id: "dtb", name: "Device tree blob", mime: "application/x-dtb", ext: "dtb itb", sig: ["D0 0D FE ED"] },
  { id: "uimage", name: "U-Boot image", mime: "application/x-uimage", ext: "uimage img", sig: ["27 05 19 56"] },
  {
    id: "android-boot",
    name: "Android boot image",
    mime: "application/x-android-boot",
    ext: "img",
    sig: ["'ANDROID!'", "'VNDRBOOT'"],
  },
  {
    id: "android-sparse",
    name: "Android sparse image",
    mime: "application/x-android-sparse",
    ext: "img simg",
    sig: ["3A FF 26 ED 01 00"],
  },
  { id: "nes", name: "NES game", mime: "application/x-nes-rom", ext: "nes", sig: ["'NES' 1A"] },
  { id: "wad", name: "Doom data", mime: "application/x-doom-wad", ext: "wad", sig: ["'IWAD'", "'PWAD'"] },
  {
    id: "intel-flash",
    name: "Intel firmware descriptor",
    mime: "application/x-intel-flash",
    ext: "rom",
    sig: ["@16 5A A5 F0 0F"],
  },
];

function plausibleMz(probe: Probe): boolean {
  const printable = /^MZ[\t\n\r -~]{30}/.test(probe.ascii(0, 32));
  return !printable && (probe.size >= 28 || probe.u16le(4) > 0);
}

/** e_lfanew at 60 leads to the newer header (Microsoft PE/COFF 2; MS-DOS 2 header is 64 bytes). */
function refineMz(probe: Probe): string | null {
  const at = probe.u32le(60);
  if (at < 4 || at + 4 > probe.size) return null;
  const mark = probe.ascii(at, 4);
  if (mark === "PE\0\0") return "pe";
  if (mark.startsWith("NE")) return "ne";
  return mark.startsWith("LE") || mark.startsWith("LX") ? "lx" : null;
}

/** Magic numbers of CPython 1.5 to 3.x end in CR LF; the code object follows a header of 8, 12 or 16 bytes. */
function plausiblePyc(probe: Probe): boolean {
  const magic = probe.u16le(0);
  if (!((magic >= 3000 && magic < 4000) || (magic >= 20121 && magic <= 62300))) return false;
  return [8, 12, 16].some((at) => probe.u8(at) === 0x63 || probe.u8(at) === 0xe3);
}

function plausibleCoff(probe: Probe): boolean {
  const sections = probe.u16le(2);
  if (sections < 1 || sections > 96 || probe.u16le(16) !== 0) return false;
  const symbols = probe.u32le(8);
  return (
    symbols > 20 && symbols <= probe.size && /^[.$/A-Za-z_]/.test(probe.ascii(20, 1)) && probe.u32le(12) < probe.size
  );
}
