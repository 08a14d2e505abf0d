/** No text takes long to type, whatever it repeats: an expression that tries every way of reading it would take years. */
import { expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { identify } from "../../../native-free/typing/index.ts";
import { cpuMs } from "../../fixtures/cpu-time.ts";

const pieces = [
  ...[
    "/* a */\n",
    "/* a",
    "-- x\n",
    " \n",
    "\t",
    "#define HAVE_X 1\n/* #undef Y */\n",
    "@import a;",
    "@charset x; ",
    "<!-- a -->",
    "<!-- ",
  ],
  ...[
    "REM x\n",
    'TITLE "x"\n',
    "v 1 2 3\n",
    "a:1:2:x\n",
    "#1234567890\n",
    "* * * * * ",
    "From a\n",
    "X-A: b\n",
    "a=b\n",
    "[a]\n",
    "{\n",
    '{"a":',
    "[1,",
  ],
  ...[
    "INSERT INTO ",
    "CREATE ",
    "a{b:c;",
    "a,b;c\t",
    ": 1234567890:0;",
    "<a ",
    "</p>",
    "$GPA,",
    "dn: ",
    "|1|a|",
    "AAAA",
    "\r",
    "\u00e9",
    "- - ",
  ],
];

it.each(pieces.flatMap((piece) => ["", "x", "}", "\n\n"].map((end) => [piece, end] as const)))(
  "repeats of %j ended by %j are typed at once",
  async (piece, end) => {
    const bytes = Buffer.from(piece.repeat(Math.ceil(8192 / piece.length)) + end);
    const started = cpuMs();
    await identify(new MemorySource(bytes));
    expect(cpuMs() - started).toBeLessThan(2000);
  },
);
