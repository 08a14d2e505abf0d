/** The command `vestige`: supervisor and command line. Nothing of the evidence is parsed in this process. */
import { runProgram } from "./cli/program.ts";

process.exitCode = await runProgram(process.argv.slice(2));
