/** Marks of tables that are recognised and not read. */
import { u16be, u32be } from "../../bytes/field-types.ts";
import { ascii, struct, u16, u32, u8 } from "../../bytes/struct.ts";

/** Sun label of SPARC systems, `dk_label`: at the end of sector 0. */
export const sunLabel = struct("sun.label", 512, { magic: [508, u16be, "0xdabe"] });
/** `vtoc` of Solaris on PCs: in sector 1 of its partition. */
export const solarisVtoc = struct("solaris.vtoc", 16, {
  sanity: [12, u32, "0x600ddeee"],
});
/** IRIX volume header. */
export const sgiLabel = struct("sgi.volumeHeader", 4, { magic: [0, u32be, "0x0be5a941"] });
/** Amiga rigid disk block: in one of the first 16 sectors. */
export const amigaBlock = struct("amiga.rigidDiskBlock", 12, {
  magic: [0, ascii(4), "RDSK"],
  longs: [4, u32be, "32-bit words under the checksum"],
});
export const amigaSectors = 16;

/** AHDI 3.00, root sector: four entries of 12 bytes from here on, behind the size of the medium. */
export const atariRoot = struct("atari.rootSector", 512, {
  sectors: [450, u32be, "of the medium"],
});
export const atariEntriesAt = 454;
export const atariEntry = struct("atari.entry", 12, {
  flag: [0, u8, "bit 0: exists, bit 7: bootable"],
  identity: [1, ascii(3), "GEM, BGM, XGM, RAW, LNX, MIX …"],
  first: [4, u32be, "sector"],
  count: [8, u32be, "sectors"],
});

/** NEC PC-98: name of the loader in sector 0. */
export const pc98Boot = struct("pc98.boot", 512, { loader: [4, ascii(4), "IPL1"], signature: [510, u16, "0xaa55"] });
/** DragonFly's 64-bit label: 512 bytes from the begin of its partition. */
export const dragonflyLabel = struct("dragonfly.label64", 520, { magic: [512, u32, "0xc4464c59"] });
/** AIX: first block of a physical volume. */
export const aixRecord = struct("aix.ipl", 4, { magic: [0, u32be, "0xc9c2d4c1, IBMA in EBCDIC"] });
