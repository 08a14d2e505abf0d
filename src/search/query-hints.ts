/** What may not have been meant, in a query that is in order. */
import { querySays } from "../messages/en.ts";
import { lexQuery, type Lexeme } from "./query-lexer.ts";

const operators: ReadonlySet<string> = new Set(["and", "or", "not", "near"]);

/** Operators in small letters between words: one sentence each, with its place. `text` parses. */
export function queryHints(text: string): string[] {
  const lexemes = lexQuery(text);
  return lexemes.flatMap((lexeme, at) => {
    const word = operatorIn(lexeme);
    if (word === null || !isPart(lexemes[at + 1])) return [];
    return at > 0 || word === "not" ? [querySays.lowerCaseOperator(lexeme.at + 1, word)] : [];
  });
}

/** The operator that a word would be in capitals; null for any other. */
function operatorIn(lexeme: Lexeme): string | null {
  if (lexeme.kind !== "term" || lexeme.field !== null || lexeme.quoted) return null;
  const word = lexeme.value.toLowerCase().replace(/\/\d*$/, "");
  return operators.has(word) ? word : null;
}

/** True for what an operator can stand before. */
function isPart(lexeme: Lexeme | undefined): boolean {
  return lexeme !== undefined && !["end", ")", "and", "or", "near"].includes(lexeme.kind);
}
