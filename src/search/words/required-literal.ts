/** The longest run of plain characters that every match of a regular expression holds, so that most texts need no closer look. */

const fewest = 3;

/** Null where none of three characters is certain. Understands enough to be sure, and gives up on the rest. */
export function requiredLiteral(source: string): string | null {
  if (source.includes("|") || source.includes("(?")) return null;
  const runs: string[] = [];
  let run = "";
  const end = () => {
    runs.push(run);
    run = "";
  };
  for (let at = 0; at < source.length;) {
    const char = source.charAt(at);
    const after = at + 1;
    if (char === "[" || char === "(") {
      // What is in a class or a group is not looked at.
      const close = closing(source, at);
      if (close === null) return null;
      end();
      at = close + 1;
    } else if (char === "\\") {
      const next = source.charAt(after);
      if (/[A-Za-z0-9]/.test(next)) end();
      else run += next;
      at = after + 1;
      // \x41, \p{Greek}, \Q…\E: what follows is not taken for plain characters.
      if (/[A-Za-z0-9]/.test(next) && !"wWdDsSbBAz".includes(next)) return longest([...runs, run]);
    } else if ("?*{".includes(char)) {
      run = run.slice(0, -1);
      end();
      at = char === "{" ? source.indexOf("}", at) + 1 || source.length : after;
    } else if (".^$+)]}".includes(char)) {
      end();
      at = after;
    } else {
      // Beyond ASCII a character may be written in several ways.
      if (char < "\u0080") run += char;
      else end();
      at = after;
    }
  }
  return longest([...runs, run]);
}

/** Place of the bracket that closes the one at `at`; null for nested or unclosed ones. */
function closing(source: string, at: number): number | null {
  const close = source.charAt(at) === "[" ? "]" : ")";
  // `[]…]` and `[^]…]` hold the bracket itself.
  let next = at + (close === "]" ? (source.charAt(at + 1) === "^" ? 3 : 2) : 1);
  for (; next < source.length; next++) {
    const char = source.charAt(next);
    if (char === "\\") next += 1;
    else if (char === close) return next;
    else if (char === "(" || char === "[") return null;
  }
  return null;
}

function longest(runs: readonly string[]): string | null {
  const best = runs.reduce((a, b) => (b.length > a.length ? b : a), "");
  return best.length >= fewest ? best : null;
}
