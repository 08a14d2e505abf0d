/** Every carver, in the order in which those of one place are asked. One line per carver. */
import { arCarver } from "./archives/ar.ts";
import { bzip2Carver } from "./archives/bzip2/carver.ts";
import { cabCarver } from "./archives/cab.ts";
import { cpioCarver } from "./archives/cpio.ts";
import { gzipCarver } from "./archives/gzip.ts";
import { lz4Carver } from "./archives/lz4.ts";
import { rarCarver } from "./archives/rar/carver.ts";
import { rpmCarver } from "./archives/rpm.ts";
import { sevenZipCarver } from "./archives/seven-zip.ts";
import { tarCarver } from "./archives/tar.ts";
import { wimCarver } from "./archives/wim.ts";
import { xzCarver } from "./archives/xz.ts";
import { zipCarver } from "./archives/zip/carver.ts";
import { zstdCarver } from "./archives/zstd.ts";
import type { Carver } from "./carver.ts";
import { chmCarver } from "./documents/chm.ts";
import { oleCarver } from "./documents/ole/carver.ts";
import { pdfCarver } from "./documents/pdf/carver.ts";
import { pstCarver } from "./documents/pst.ts";
import { jpegCarver } from "./pictures/jpeg.ts";
import { pngCarver } from "./pictures/png.ts";
import { bmpCarver } from "./pictures/bmp.ts";
import { gifCarver } from "./pictures/gif.ts";
import { iconCarver } from "./pictures/icon.ts";
import { isoPictureCarver } from "./pictures/iso-pictures.ts";
import { jpeg2000Carver } from "./pictures/jpeg2000.ts";
import { psdCarver } from "./pictures/psd.ts";
import { rafCarver } from "./pictures/raf.ts";
import { tiffCarver } from "./pictures/tiff.ts";
import { webpCarver } from "./pictures/webp.ts";
import { adtsCarver } from "./media/adts.ts";
import { aiffCarver } from "./media/aiff.ts";
import { amrCarver } from "./media/amr.ts";
import { asfCarver } from "./media/asf.ts";
import { aviCarver } from "./media/avi.ts";
import { flacCarver } from "./media/flac.ts";
import { flashCarver } from "./media/flash.ts";
import { flvCarver } from "./media/flv.ts";
import { isoMediaCarver } from "./media/iso-media.ts";
import { matroskaCarver } from "./media/matroska.ts";
import { midiCarver } from "./media/midi.ts";
import { mpegAudioCarver } from "./media/mpeg-audio.ts";
import { mpegProgramCarver } from "./media/mpeg-program.ts";
import { mpegTransportCarver } from "./media/mpeg-transport.ts";
import { oggCarver } from "./media/ogg.ts";
import { waveCarver } from "./media/wave.ts";
import { bplistCarver } from "./texts/bplist.ts";
import { icalendarCarver, vcardCarver } from "./texts/content-lines.ts";
import { htmlCarver } from "./texts/html.ts";
import { mailboxCarver, messageCarver } from "./texts/mail.ts";
import { pemCarver } from "./texts/pem.ts";
import { pgpArmorCarver } from "./texts/pgp-armor.ts";
import { pgpCarver } from "./texts/pgp.ts";
import { rtfCarver } from "./texts/rtf.ts";
import { torrentCarver } from "./texts/torrent.ts";
import { xmlCarver } from "./texts/xml.ts";
import { berkeleyDbCarver } from "./databases/berkeley-db.ts";
import { eseCarver } from "./databases/ese.ts";
import { keepassCarver } from "./databases/keepass.ts";
import { leveldbManifestCarver } from "./databases/leveldb.ts";
import { leveldbTableCarver } from "./databases/leveldb-table.ts";
import { sqliteCarver } from "./databases/sqlite.ts";
import { sqlitePageCarver } from "./databases/sqlite-page.ts";
import { sqliteWalCarver } from "./databases/sqlite-wal.ts";
import { electrumCarver, keystoreCarver, multibitCarver, packedElectrumCarver } from "./databases/wallets.ts";
import { dexCarver } from "./executables/dex.ts";
import { elfCarver } from "./executables/elf.ts";
import { javaClassCarver } from "./executables/java-class.ts";
import { fatMachoCarver, machoCarver } from "./executables/macho.ts";
import { peCarver } from "./executables/pe.ts";
import { pcapCarver, pcapngCarver } from "./system/captures.ts";
import { dsStoreCarver } from "./system/ds-store.ts";
import { evtCarver, evtxCarver, evtxChunkCarver } from "./system/event-log.ts";
import { iso9660Carver } from "./system/iso9660.ts";
import { lnkCarver } from "./system/lnk.ts";
import { luksCarver } from "./system/luks.ts";
import { minidumpCarver } from "./system/minidump.ts";
import { indexRecordCarver, logPageCarver, mftRecordCarver, usnRecordCarver } from "./system/ntfs-records.ts";
import { packedPrefetchCarver, prefetchCarver } from "./system/prefetch.ts";
import { recycleBinCarver } from "./system/recycle-bin.ts";
import { registryBinCarver, registryCarver } from "./system/registry.ts";
import { thumbcacheCarver } from "./system/thumbcache.ts";

export const carvers: readonly Carver[] = [
  // Documents.
  pdfCarver,
  oleCarver,
  pstCarver,
  chmCarver,
  // Archives.
  zipCarver,
  sevenZipCarver,
  rarCarver,
  gzipCarver,
  bzip2Carver,
  xzCarver,
  zstdCarver,
  lz4Carver,
  tarCarver,
  cpioCarver,
  arCarver,
  rpmCarver,
  cabCarver,
  wimCarver,
  // Pictures.
  jpegCarver,
  pngCarver,
  gifCarver,
  bmpCarver,
  iconCarver,
  tiffCarver,
  rafCarver,
  isoPictureCarver,
  webpCarver,
  psdCarver,
  jpeg2000Carver,
  // Sound and video.
  isoMediaCarver,
  aviCarver,
  matroskaCarver,
  asfCarver,
  flvCarver,
  mpegProgramCarver,
  mpegTransportCarver,
  flashCarver,
  mpegAudioCarver,
  flacCarver,
  oggCarver,
  waveCarver,
  aiffCarver,
  adtsCarver,
  amrCarver,
  midiCarver,
  // Texts.
  mailboxCarver,
  messageCarver,
  vcardCarver,
  icalendarCarver,
  rtfCarver,
  xmlCarver,
  htmlCarver,
  bplistCarver,
  pemCarver,
  pgpArmorCarver,
  pgpCarver,
  torrentCarver,
  // Databases and wallets.
  sqliteCarver,
  sqliteWalCarver,
  sqlitePageCarver,
  eseCarver,
  berkeleyDbCarver,
  keepassCarver,
  leveldbManifestCarver,
  leveldbTableCarver,
  keystoreCarver,
  electrumCarver,
  packedElectrumCarver,
  multibitCarver,
  // Programs.
  elfCarver,
  peCarver,
  machoCarver,
  fatMachoCarver,
  javaClassCarver,
  dexCarver,
  // What systems leave behind.
  registryCarver,
  registryBinCarver,
  evtxCarver,
  evtxChunkCarver,
  evtCarver,
  lnkCarver,
  prefetchCarver,
  packedPrefetchCarver,
  mftRecordCarver,
  indexRecordCarver,
  logPageCarver,
  usnRecordCarver,
  recycleBinCarver,
  thumbcacheCarver,
  minidumpCarver,
  pcapCarver,
  pcapngCarver,
  dsStoreCarver,
  iso9660Carver,
  luksCarver,
];
