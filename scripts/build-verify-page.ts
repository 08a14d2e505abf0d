/**
 * Makes `verify.html`: the page's modules, types removed and put one after the other in the order of their imports, inside
 * the template. The same sources give the same bytes. Run it after a change: `npm run verify-page`.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";

const root = resolve(import.meta.dirname, "..");
const folder = join(root, "src", "report", "verify");

/** Where the built page is kept. */
export const pageFile = join(folder, "verify.html");

/** The bytes of the page as text. Throws where two modules declare the same name, or one imports what is not ours. */
export function buildPage(): string {
  const script = bundle(join(folder, "page-entry.ts"));
  const hash = createHash("sha256").update(script).digest("base64");
  const parts: Readonly<Record<string, string>> = {
    "SCRIPT-HASH": hash,
    STYLE: readFileSync(join(folder, "style.css"), "utf8"),
    SCRIPT: script,
  };
  const template = readFileSync(join(folder, "template.html"), "utf8");
  return template.replace(/\{\{([A-Z-]+)\}\}/g, (_, name: string) => parts[name]);
}

function bundle(entry: string): string {
  const names = new Map<string, string>();
  const bodies = modulesFrom(entry, new Set()).map((file) => {
    const title = relative(root, file).replaceAll("\\", "/");
    const body = plainScript(file);
    for (const name of topLevelNames(body)) {
      const other = names.get(name);
      if (other) throw new Error(`${name} is declared in ${other} and in ${title}`);
      names.set(name, title);
    }
    return `// ---- ${title}\n${body}`;
  });
  const script = `\n"use strict";\n${bodies.join("\n")}`;
  if (/<\/script|<!--/i.test(script)) throw new Error("the script would end its own element");
  return script;
}

/** The module files that `file` needs at run time, each after those it imports. */
function modulesFrom(file: string, seen: Set<string>): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const { importedFiles } = ts.preProcessFile(plainModule(file));
  const needed = importedFiles.flatMap(({ fileName }) => {
    if (!fileName.startsWith(".")) throw new Error(`${file} imports ${fileName}, which the page cannot have`);
    return modulesFrom(resolve(dirname(file), fileName), seen);
  });
  return [...needed, file];
}

/** The module without its types; comments stay, so that the page can be read. */
function plainModule(file: string): string {
  const { outputText } = ts.transpileModule(readFileSync(file, "utf8"), {
    fileName: file,
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
  });
  return outputText;
}

/** The module as part of one script: imports and the word `export` gone. */
function plainScript(file: string): string {
  const text = plainModule(file);
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const cuts: [number, number][] = [];
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) cuts.push([statement.getFullStart(), statement.getEnd()]);
    else if (ts.isExportDeclaration(statement) || ts.isExportAssignment(statement)) {
      cuts.push([statement.getStart(), statement.getEnd()]);
    } else if (ts.canHaveModifiers(statement)) {
      const word = ts.getModifiers(statement)?.find(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
      if (word) cuts.push([word.getStart(), word.getEnd() + 1]);
    }
  }
  const kept = cuts.reduceRight((rest, [from, to]) => rest.slice(0, from) + rest.slice(to), text);
  // The cut of a first import takes the module's own header with it; the header says what the module is.
  return `${leadingComment(text, source, kept)}${kept.trimStart()}`;
}

function leadingComment(text: string, source: ts.SourceFile, kept: string): string {
  const first = source.statements[0];
  const range = first ? ts.getLeadingCommentRanges(text, first.getFullStart())?.[0] : undefined;
  const comment = range ? text.slice(range.pos, range.end) : "";
  return comment === "" || kept.trimStart().startsWith(comment) ? "" : `${comment}\n`;
}

function topLevelNames(script: string): string[] {
  const source = ts.createSourceFile("part.js", script, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  return source.statements.flatMap((statement) => {
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map((declaration) => declaration.name.getText());
    }
    const declares = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement);
    return declares && statement.name ? [statement.name.text] : [];
  });
}

if (import.meta.main) writeFileSync(pageFile, buildPage());
