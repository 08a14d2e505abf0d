/** The command `vestige`: supervisor and command line. Nothing of the evidence is parsed in this process. */
import { runProgram } from "./cli/program.ts";

// Help is written by the parser of the command line: where nobody reads to its end (`| head`), that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

process.exitCode = await runProgram(process.argv.slice(2));
