/**
 * Where libmagic 5.44 and the typing registry say the same in other words, or one of them says less without contradicting.
 * `ours` are ids of the registry. Whatever is not here is a disagreement and has its own line in disagreements.tsv.
 */
export interface Normalisation {
  readonly theirs: string;
  readonly ours: readonly string[];
  readonly reason: string;
}

const wordprocessing = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const spreadsheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const presentation = "application/vnd.openxmlformats-officedocument.presentationml.presentation";

export const normalisations: readonly Normalisation[] = [
  // Another name for the same format.
  { theirs: "application/x-rar", ours: ["rar"], reason: "registered as application/vnd.rar since 2016" },
  { theirs: "application/x-java-applet", ours: ["java-class"], reason: "libmagic's name for a class file" },
  { theirs: "application/x-bytecode.python", ours: ["pyc"], reason: "libmagic's name for compiled Python" },
  { theirs: "audio/x-aiff", ours: ["aiff"], reason: "x- form of the same name" },
  { theirs: "audio/x-wav", ours: ["wav"], reason: "x- form of the same name" },
  { theirs: "audio/x-m4a", ours: ["m4a"], reason: "Apple's name for audio/mp4" },
  { theirs: "audio/x-hx-aac-adts", ours: ["aac"], reason: "libmagic's name for AAC in ADTS" },
  { theirs: "audio/vnd.dolby.dd-raw", ours: ["ac3"], reason: "Dolby's name for raw AC-3" },
  {
    theirs: "audio/x-unknown",
    ours: ["voc"],
    reason: "libmagic has no name for the Creative Voice file it recognises",
  },
  { theirs: "font/sfnt", ours: ["ttf"], reason: "TrueType is an sfnt" },
  { theirs: "application/vnd.ms-opentype", ours: ["otf"], reason: "name before font/otf (RFC 8081)" },
  { theirs: "image/x-eps", ours: ["eps"], reason: "PostScript in a DOS EPS wrapper" },
  { theirs: "inode/x-empty", ours: ["empty"], reason: "no bytes" },
  {
    theirs: "application/vnd.ms-visio.drawing.main+xml",
    ours: ["vsdx"],
    reason: "libmagic names the main part, not the package",
  },
  { theirs: "application/vnd.ms-outlook", ours: ["pst"], reason: "libmagic has one name for messages and stores" },
  // libmagic names the family, we the member.
  {
    theirs: wordprocessing,
    ours: ["docm", "dotx", "dotm"],
    reason: "libmagic does not read which main part the package has",
  },
  {
    theirs: spreadsheet,
    ours: ["xlsm", "xltx", "xltm", "xlsb", "xlam"],
    reason: "libmagic does not read which main part the package has",
  },
  {
    theirs: presentation,
    ours: ["pptm", "potx", "potm", "ppsx", "ppsm"],
    reason: "libmagic does not read which main part the package has",
  },
  {
    theirs: "application/x-ole-storage",
    ours: ["doc", "xls", "ppt", "msg", "msi", "pub"],
    reason: "libmagic names the container where it does not find the directory",
  },
  {
    theirs: "application/zip",
    ours: ["3mf", "iwork", "keynote", "numbers", "xpi"],
    reason: "libmagic names the container",
  },
  { theirs: "image/jpeg", ours: ["jls"], reason: "JPEG-LS (frame marker F7) shares the JPEG marker syntax" },
  { theirs: "image/png", ours: ["apng"], reason: "PNG with an acTL chunk" },
  { theirs: "image/tiff", ours: ["arw", "dng"], reason: "camera raws are TIFFs; their private tags tell" },
  { theirs: "video/x-ms-asf", ours: ["wma", "wmv"], reason: "libmagic names the container, we read the stream types" },
  { theirs: "audio/x-mod", ours: ["it", "xm"], reason: "libmagic has one name for tracker modules" },
  { theirs: "font/ttf", ours: ["ttc"], reason: "libmagic has no name for a collection of TrueType fonts" },
  { theirs: "text/xml", ours: ["excel-xml", "word-flat", "word-xml"], reason: "libmagic does not read root elements" },
  {
    theirs: "text/plain",
    ours: ["tsv", "stl", "webvtt", "plist-xml", "css"],
    reason: "libmagic 5.44 has no test for this kind of text",
  },
  // We name the family, libmagic guesses the member.
  {
    theirs: "application/javascript",
    ours: ["text"],
    reason: "programming languages are named only where a line decides it",
  },
  { theirs: "text/x-c", ours: ["text"], reason: "libmagic takes Rust for C; we call both text" },
  { theirs: "text/x-ruby", ours: ["text"], reason: "programming languages are named only where a line decides it" },
  {
    theirs: "text/x-script.python",
    ours: ["text"],
    reason: "programming languages are named only where a line decides it",
  },
  // `file` names the format in words but has no MIME type for it.
  {
    theirs: "application/octet-stream",
    ours: [
      "cramfs",
      "mbr",
      "romfs",
      "squashfs",
      "regf",
      "apple-alias",
      "avro",
      "fbx",
      "ktx",
      "parquet",
      "s3m",
      "spss",
      "shp",
      "wasm",
      "wavpack",
      "ds-store",
      "bplist",
      "pcapng",
      "wad",
      "tzif",
      "ogg",
      "wav",
      "qcp",
      "cr3",
      "mp3",
      "docx",
      "xps",
      "vsdx",
    ],
    reason: "libmagic's description names it (or its container) and its table has no MIME type",
  },
];
