/** Import rules, checked by `npm run check` and by test/architecture.test.ts. */
import { pureCodeBuiltins, pureCodePackages, reservedPackages } from "./scripts/import-rules.mjs";

const escape = (name) => name.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
const anyOf = (names) => `(${names.map(escape).join("|")})`;

const oneWay = [
  { from: "workers", to: "src", why: "Machinery knows no stage; callers hand it the URL of an entry." },
  { from: "native-free", to: "src|workers", why: "Pure code stands alone." },
  { from: "src|workers|native-free", to: "test|samples|scripts", why: "The product does not ship these." },
  { from: "samples", to: "src|workers", why: "Samples must not come out of the code that they test." },
].map(({ from, to, why }) => ({
  name: `one-way-${from.split("|")[0]}-to-${to.split("|")[0]}`,
  comment: why,
  severity: "error",
  from: { path: `^(${from})/` },
  to: { path: `^(${to})/` },
}));

const reserved = reservedPackages.map(({ name, folder }) => ({
  name: `only-${folder.replace("/", "-")}-imports-${name}`,
  comment: `${name} is behind one door: ${folder}.`,
  severity: "error",
  from: { path: "^(src|workers|native-free)/", pathNot: `^${escape(folder)}/` },
  to: { path: `(^|node_modules/|^node:)${escape(name)}(/|$)` },
}));

/** Families whose children are formats: a format never imports another; folders called `…-parts` are shared. */
const formatFolder = "^native-free/(extractors|containers)/([^/]+)/";
const formats = [
  {
    name: "formats-apart",
    comment: "A format that is a folder imports neither another format nor another family's.",
    severity: "error",
    from: { path: formatFolder },
    to: { path: formatFolder, pathNot: ["^native-free/$1/$2/", "^native-free/[^/]+/[^/]+-parts/"] },
  },
  {
    name: "formats-entered-by-index",
    comment:
      "A format that is one file imports no other format's folder; the family's index and the door `x-parts.ts` of a format do.",
    severity: "error",
    from: { path: "^native-free/(extractors|containers)/[^/]+[.]ts$", pathNot: "/(index|[^/]+-parts)[.]ts$" },
    to: { path: formatFolder, pathNot: "^native-free/[^/]+/[^/]+-parts/" },
  },
];

const pure = [
  {
    name: "pure-code-builtins",
    comment: "native-free opens no file, thread, process or socket and reads no clock.",
    severity: "error",
    from: { path: "^native-free/" },
    to: { dependencyTypes: ["core"], pathNot: `^(node:)?${anyOf(pureCodeBuiltins)}$` },
  },
  {
    name: "pure-code-packages",
    comment: "Only the packages of scripts/import-rules.mjs.",
    severity: "error",
    from: { path: "^native-free/" },
    to: { path: "node_modules/", pathNot: `node_modules/${anyOf(pureCodePackages)}/` },
  },
];

const general = [
  {
    name: "no-cycles",
    comment: "Types may refer to each other: they are gone when the code runs.",
    severity: "error",
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
  },
  { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  {
    name: "declared",
    comment: "Every package that the product imports is in package.json, and not among the development ones.",
    severity: "error",
    from: { path: "^(src|workers|native-free)/" },
    to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["type-only"] },
  },
];

export default {
  forbidden: [...oneWay, ...reserved, ...formats, ...pure, ...general],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      extensions: [".ts", ".mjs", ".js", ".json"],
      conditionNames: ["import", "node", "default", "types"],
      exportsFields: ["exports"],
    },
  },
};
