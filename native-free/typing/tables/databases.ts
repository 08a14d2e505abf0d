/** Databases and data files; fonts. */
import { refineBerkeley, refineEse } from "../artefact-kind.ts";
import { refineSqlite } from "../sqlite-kind.ts";
import type { TypeRow } from "../type-row.ts";

export const databaseTypes: readonly TypeRow[] = [
  {
    id: "sqlite",
    name: "SQLite database",
    mime: "application/vnd.sqlite3",
    ext: "sqlite sqlite3 db db3 s3db sqlitedb",
    sig: ["'SQLite format 3' 00"],
    refine: refineSqlite,
    spec: "SQLite file format 1.3",
  },
  {
    id: "sqlite-wal",
    name: "SQLite write-ahead log",
    mime: "application/x-sqlite-wal",
    ext: "sqlite-wal db-wal wal",
    sig: ["37 7F 06 82 00 2D E2 18", "37 7F 06 83 00 2D E2 18"],
    spec: "SQLite file format 4",
  },
  {
    id: "sqlite-journal",
    name: "SQLite rollback journal",
    mime: "application/x-sqlite-journal",
    ext: "db-journal",
    sig: ["D9 D5 05 F9 20 A1 63 D7"],
    spec: "SQLite file format 3",
  },
  {
    id: "ese",
    name: "Extensible storage engine database",
    mime: "application/x-ms-ese",
    ext: "edb dat jfm sdb dit mdb",
    sig: ["@4 EF CD AB 89"],
    check: (probe) => [0x620, 0x621, 0x623, 0x20, 0x500].includes(probe.u32le(8)),
    refine: refineEse,
    spec: "ESE database format",
  },
  {
    id: "mdb",
    name: "Access database",
    mime: "application/x-msaccess",
    ext: "mdb mde mda",
    sig: ["00 01 00 00 'Standard Jet DB' 00"],
  },
  {
    id: "accdb",
    name: "Access 2007 database",
    mime: "application/x-msaccess",
    ext: "accdb accde",
    sig: ["00 01 00 00 'Standard ACE DB' 00"],
  },
  {
    id: "mdf",
    name: "SQL Server database",
    mime: "application/x-mssql",
    ext: "mdf ndf",
    sig: ["01 0F 00 00 08 00 00 00"],
    weak: true,
  },
  {
    id: "dbf",
    name: "dBase table",
    mime: "application/x-dbf",
    ext: "dbf",
    sig: ["03", "04", "30", "31", "83", "8B", "F5"],
    check: plausibleDbf,
  },
  {
    id: "mysql-frm",
    name: "MySQL table definition",
    mime: "application/x-mysql",
    ext: "frm",
    sig: ["FE 01 07", "FE 01 08", "FE 01 09", "FE 01 0A"],
    weak: true,
  },
  { id: "mysql-myi", name: "MySQL index", mime: "application/x-mysql", ext: "myi", sig: ["FE FE 07 01"] },
  {
    id: "mysql-binlog",
    name: "MySQL binary log",
    mime: "application/x-mysql-binlog",
    ext: "",
    sig: ["FE 'bin' ?*4 0F"],
  },
  {
    id: "pgdump",
    name: "PostgreSQL dump",
    mime: "application/x-postgresql-dump",
    ext: "dump backup",
    sig: ["'PGDMP' 01"],
  },
  {
    id: "bdb",
    name: "Berkeley DB",
    mime: "application/x-dbm",
    ext: "db",
    sig: ["@12 62 31 05 00", "@12 61 15 06 00", "@12 00 05 31 62", "@12 00 06 15 61", "00 06 15 61 00 00 00 02"],
    refine: refineBerkeley,
  },
  {
    id: "gdbm",
    name: "GNU dbm",
    mime: "application/x-gdbm",
    ext: "gdbm",
    sig: ["CE 9A 57 13", "13 57 9A CE", "CF 9A 57 13"],
  },
  { id: "tdb", name: "Trivial database", mime: "application/x-tdb", ext: "tdb", sig: ["'TDB file' 0A"] },
  {
    id: "leveldb",
    name: "LevelDB table",
    mime: "application/x-leveldb",
    ext: "ldb sst",
    sig: ["@-8 57 FB 80 8B 24 75 47 DB"],
  },
  {
    id: "rocksdb",
    name: "RocksDB table",
    mime: "application/x-rocksdb",
    ext: "sst",
    sig: ["@-8 F7 CF F4 85 B7 41 E2 88"],
  },
  {
    id: "lmdb",
    name: "LMDB environment",
    mime: "application/x-lmdb",
    ext: "mdb",
    sig: ["@16 DE C0 EF BE 01 00 00 00"],
  },
  { id: "realm", name: "Realm database", mime: "application/x-realm", ext: "realm", sig: ["@16 'T-DB'"] },
  { id: "mork", name: "Mork database", mime: "text/x-mork", ext: "mab msf dat", sig: ["'// <!-- <mdb:mork:z v='"] },
  { id: "bkf", name: "Windows backup (MTF)", mime: "application/x-ms-backup", ext: "bkf", sig: ["'TAPE' 00 00"] },
  {
    id: "parquet",
    name: "Apache Parquet",
    mime: "application/vnd.apache.parquet",
    ext: "parquet",
    sig: ["'PAR1' @-4 'PAR1'", "'PARE' @-4 'PARE'"],
  },
  {
    id: "arrow",
    name: "Apache Arrow",
    mime: "application/vnd.apache.arrow.file",
    ext: "arrow feather",
    sig: ["'ARROW1' 00 00", "'FEA1'"],
  },
  { id: "avro", name: "Apache Avro", mime: "application/avro", ext: "avro", sig: ["'Obj' 01"], spec: "Avro 1.11" },
  { id: "orc", name: "Apache ORC", mime: "application/x-orc", ext: "orc", sig: ["'ORC' @-4 'ORC'"] },
  {
    id: "hdf5",
    name: "HDF5 data",
    mime: "application/x-hdf5",
    ext: "h5 hdf5 hdf he5 nc mat",
    sig: ["89 'HDF' 0D 0A 1A 0A"],
  },
  { id: "hdf4", name: "HDF4 data", mime: "application/x-hdf", ext: "hdf h4", sig: ["0E 03 13 01"] },
  {
    id: "netcdf",
    name: "NetCDF data",
    mime: "application/x-netcdf",
    ext: "nc cdf",
    sig: ["'CDF' 01", "'CDF' 02", "'CDF' 05"],
  },
  { id: "mat", name: "MATLAB data", mime: "application/x-matlab-data", ext: "mat", sig: ["'MATLAB 5.0 MAT-file'"] },
  {
    id: "sas",
    name: "SAS data set",
    mime: "application/x-sas-data",
    ext: "sas7bdat",
    sig: ["00 00 00 00 00 00 00 00 00 00 00 00 C2 EA 81 60"],
  },
  { id: "spss", name: "SPSS data", mime: "application/x-spss-sav", ext: "sav zsav", sig: ["'$FL2@(#)'", "'$FL3@(#)'"] },
  { id: "stata", name: "Stata data", mime: "application/x-stata", ext: "dta", sig: ["'<stata_dta><header>'"] },
  {
    id: "jmp",
    name: "JMP data",
    mime: "application/x-jmp-data",
    ext: "jmp",
    sig: ["FF FF 00 00 07 00 00 00 04 00 00 00 01 00"],
  },
  {
    id: "rdata",
    name: "R data",
    mime: "application/x-r-data",
    ext: "rdata rda rds",
    sig: ["'RDX2' 0A", "'RDX3' 0A", "'X' 0A 00 00 00 02 00", "'X' 0A 00 00 00 03 00"],
  },
  { id: "npy", name: "NumPy array", mime: "application/x-npy", ext: "npy", sig: ["93 'NUMPY'"] },
  {
    id: "pickle",
    name: "Python pickle",
    mime: "application/x-python-pickle",
    ext: "pkl pickle",
    sig: ["80 02 7D", "80 02 5D", "80 03 7D", "80 03 5D", "80 04 95", "80 05 95", "80 03 63", "80 02 63"],
    weak: true,
  },
  {
    id: "gguf",
    name: "GGUF model",
    mime: "application/x-gguf",
    ext: "gguf",
    sig: ["'GGUF' 02 00 00 00", "'GGUF' 03 00 00 00"],
  },
  {
    id: "chrome-block-cache",
    name: "Chrome block cache",
    mime: "application/x-chrome-cache",
    ext: "",
    sig: ["C3 CA 03 C1", "C3 CA 04 C1"],
  },
  {
    id: "chrome-simple-cache",
    name: "Chrome cache entry",
    mime: "application/x-chrome-cache",
    ext: "",
    sig: ["30 5C 72 A7 1B 6D FB FC"],
  },
  {
    id: "mozlz4",
    name: "Mozilla compressed JSON",
    mime: "application/x-mozlz4",
    ext: "jsonlz4 mozlz4 baklz4",
    sig: ["'mozLz40' 00"],
  },
  {
    id: "snss",
    name: "Chrome session",
    mime: "application/x-chrome-snss",
    ext: "",
    sig: ["'SNSS' 01 00 00 00", "'SNSS' 03 00 00 00"],
  },
];

export const fontTypes: readonly TypeRow[] = [
  {
    id: "ttf",
    name: "TrueType font",
    mime: "font/ttf",
    ext: "ttf",
    sig: ["00 01 00 00 00", "'true' 00"],
    check: plausibleSfnt,
    spec: "OpenType 1.9",
  },
  { id: "otf", name: "OpenType font", mime: "font/otf", ext: "otf", sig: ["'OTTO' 00"], spec: "OpenType 1.9" },
  {
    id: "ttc",
    name: "Font collection",
    mime: "font/collection",
    ext: "ttc otc",
    sig: ["'ttcf'"],
    spec: "OpenType 1.9",
  },
  { id: "woff", name: "Web font", mime: "font/woff", ext: "woff", sig: ["'wOFF'"], spec: "WOFF 1.0" },
  { id: "woff2", name: "Web font 2", mime: "font/woff2", ext: "woff2", sig: ["'wOF2'"], spec: "WOFF 2.0" },
  {
    id: "eot",
    name: "Embedded OpenType font",
    mime: "application/vnd.ms-fontobject",
    ext: "eot",
    sig: ["@34 'LP'"],
    check: (probe) => [0x10000, 0x20001, 0x20002].includes(probe.u32le(8)),
  },
  {
    id: "pfb",
    name: "Type 1 font",
    mime: "application/x-font-type1",
    ext: "pfb pfa",
    sig: ["80 01 ?*4 '%!PS-AdobeFont'", "80 01 ?*4 '%!FontType1'"],
  },
  { id: "pcf", name: "X11 font", mime: "application/x-font-pcf", ext: "pcf", sig: ["01 'fcp'"] },
  { id: "bdf", name: "Bitmap font", mime: "application/x-font-bdf", ext: "bdf", sig: ["'STARTFONT 2'"] },
];

/** Date, header and record lengths that agree with the size (dBASE level 5 table header). */
function plausibleDbf(probe: {
  u8(at: number): number;
  u16le(at: number): number;
  u32le(at: number): number;
  size: number;
}): boolean {
  const [month, day, header, record] = [probe.u8(2), probe.u8(3), probe.u16le(8), probe.u16le(10)];
  if (month < 1 || month > 12 || day < 1 || day > 31 || header < 65 || record < 1 || record > 65_500) return false;
  const total = header + probe.u32le(4) * record;
  return (
    probe.size >= header &&
    total <= probe.size + record &&
    total + 65_536 >= probe.size &&
    [0x0d, 0].includes(probe.u8(header - 1))
  );
}

/** A directory of 1 to 64 tables; the first name is printable. */
function plausibleSfnt(probe: { u16be(at: number): number; ascii(at: number, length: number): string }): boolean {
  return probe.u16be(4) > 0 && probe.u16be(4) < 64 && /^[A-Za-z/ 0-9]{4}$/.test(probe.ascii(12, 4));
}
