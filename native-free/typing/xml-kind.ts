/** Which XML dialect: by processing instruction, document type and root element with its namespace. */

const byRoot: readonly (readonly [RegExp, string])[] = [
  [/^(?:\w+:)?svg$/, "svg"],
  [/^(?:\w+:)?kml$/, "kml"],
  [/^gpx$/, "gpx"],
  [/^TrainingCenterDatabase$/, "tcx"],
  [/^rss$/, "rss"],
  [/^plist$/, "plist-xml"],
  [/^COLLADA$/, "collada"],
  [/^(?:\w+:)?xbrl$/, "xbrl"],
  [/^w:wordDocument$/, "word-xml"],
  [/^pkg:package$/, "word-flat"],
  [/^FictionBook$/, "fb2"],
  [/^gml:\w+$/, "gml"],
];

const byNamespace: readonly (readonly [RegExp, string])[] = [
  [/xmlns=["']http:\/\/www\.w3\.org\/1999\/xhtml["']/, "xhtml"],
  [/xmlns=["']http:\/\/www\.w3\.org\/2005\/Atom["']/, "atom"],
  [/urn:schemas-microsoft-com:office:spreadsheet/, "excel-xml"],
  [/xmlns=["']http:\/\/schemas\.microsoft\.com\/windows\/2004\/02\/mit\/task["']/, "windows-task-xml"],
  [/xmlns=["']http:\/\/docbook\.org\/ns\/docbook["']/, "dtbook"],
];

/** The XML type of a text that starts (after white space) like XML, else null. HTML without XML marks is not XML. */
export function xmlKind(trimmed: string): string | null {
  const declared = /^<\?xml[\s?]/i.test(trimmed);
  const root = rootOf(trimmed);
  if (!root) return declared ? "xml" : null;
  const name = /^<([\w:.-]+)/.exec(root)![1]!;
  if (/^html$/i.test(name))
    return declared || /xmlns=["']http:\/\/www\.w3\.org\/1999\/xhtml/.test(root) ? "xhtml" : null;
  if (name === "office:document") return flatKind(root);
  for (const [pattern, id] of byRoot) if (pattern.test(name)) return id;
  for (const [pattern, id] of byNamespace) if (pattern.test(root)) return id;
  if (declared && name === "map" && /<map>\s*<(?:string|int|long|boolean|float|set) name=/.test(trimmed))
    return "android-preferences";
  if (declared) return "xml";
  // Without a declaration: a namespace, or an end tag of the same name, and a name that HTML does not have.
  if (htmlNames.has(name.toLowerCase())) return null;
  return /\sxmlns(:\w+)?=/.test(root) || trimmed.trimEnd().endsWith(`</${name}>`) ? "xml" : null;
}

/** The media type that the root of a flat OpenDocument names (part 3, 3.1.2). */
function flatKind(root: string): string {
  const kind =
    /office:mimetype=["']application\/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation|graphics)/.exec(
      root,
    )?.[1];
  const flat: Readonly<Record<string, string>> = {
    text: "fodt",
    spreadsheet: "fods",
    presentation: "fodp",
    graphics: "fodg",
  };
  return (kind && flat[kind]) || "fodf";
}

const htmlNames = new Set(
  "html head body title meta link script style div p a span table tr td th ul ol li b i u br hr h1 h2 h3 h4 h5 h6 img form input font center iframe frameset pre code section article header footer nav main button label select textarea".split(
    " ",
  ),
);

/** The start tag of the first element, after declarations, comments and instructions. */
function rootOf(text: string): string | null {
  let at = 0;
  for (let turns = 0; turns < 64; turns++) {
    at += /^\s*/.exec(text.slice(at, at + 4096))![0].length;
    if (text[at] !== "<") return null;
    if (text.startsWith("<!--", at)) at = after(text, "-->", at);
    else if (text.startsWith("<?", at)) at = after(text, "?>", at);
    else if (/^<!doctype/i.test(text.slice(at, at + 10))) at = afterDoctype(text, at);
    else break;
    if (at < 0) return null;
  }
  const tag = /^<[A-Za-z_][\w:.-]*(?:\s[^<>]*)?\/?>/.exec(text.slice(at, at + 8192));
  return tag ? tag[0] : (/^<[A-Za-z_][\w:.-]*\s[^<>]*$/.exec(text.slice(at, at + 8192))?.[0] ?? null);
}

function after(text: string, mark: string, at: number): number {
  const end = text.indexOf(mark, at);
  return end < 0 ? -1 : end + mark.length;
}

function afterDoctype(text: string, at: number): number {
  const close = text.indexOf(">", at);
  const subset = text.indexOf("[", at);
  if (subset < 0 || close < subset) return close < 0 ? -1 : close + 1;
  const end = /\]\s*>/.exec(text.slice(subset));
  return end ? subset + end.index + end[0].length : -1;
}
