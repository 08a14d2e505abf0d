/** From words on the command line to a command and its exit code. Parsing and help come from the one table of commands. */
import { Argument, Command as Parser, CommanderError, Option } from "commander";
import { cliSays } from "../messages/en.ts";
import { exitCodes, isOperatorError, type ExitCode } from "../messages/operator-error.ts";
import { toolIdentity } from "../custody/tool-identity.ts";
import { commandGroups, commands, globalFlags } from "./commands/index.ts";
import type { Command, Flag, FlagValues } from "./command.ts";
import { makeOutput, type Output, type WriteText } from "./output.ts";

/** Runs one command; never throws. The exit code is one of `exitCodes`. By default it writes to the streams of this process. */
export async function runProgram(words: readonly string[], write?: WriteText): Promise<ExitCode> {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  let output = makeOutput({ json: words.includes("--json"), quiet: false }, write);
  let exit: ExitCode = exitCodes.done;
  const program = makeParser(async (command, args, flags) => {
    output = makeOutput({ json: flags.json === true, quiet: flags.quiet === true }, write);
    exit = await command.run({ args, flags, output, signal: stop.signal });
  });
  try {
    await program.parseAsync([...words], { from: "user" });
    return exit;
  } catch (error) {
    return report(error, output);
  } finally {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}

type Act = (command: Command, args: readonly string[], flags: FlagValues) => Promise<void>;

function makeParser(act: Act): Parser {
  const program = new Parser("vestige")
    .description(cliSays.purpose())
    .exitOverride()
    .version(`vestige ${toolIdentity().version}`, "-V, --version", cliSays.versionSummary())
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "vestige: ")) })
    .addHelpText("after", `\n${cliSays.helpTail()}`);
  for (const group of commandGroups) {
    for (const command of commands.filter((each) => each.group === group.id)) {
      program.addCommand(parserOf(command, group.name, act));
    }
  }
  program.action((_options, self: Parser) => {
    if (self.args.length === 0) self.help();
    self.error(cliSays.unknownCommand(self.args[0] ?? ""), { exitCode: exitCodes.operator });
  });
  return program.allowExcessArguments(true);
}

function parserOf(command: Command, group: string, act: Act): Parser {
  const parser = new Parser(command.name)
    .description(command.summary)
    .helpGroup(group)
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "vestige: ")) })
    .addHelpText("after", `\n${command.help.replace(/^\n+/, "").trimEnd()}`);
  for (const { name, summary, optional, rest } of command.args) {
    const spelled = rest ? `${name}...` : name;
    parser.addArgument(new Argument(optional ? `[${spelled}]` : `<${spelled}>`, summary));
  }
  for (const flag of [...command.flags, ...globalFlags]) parser.addOption(optionOf(flag));
  parser.action((...given: unknown[]) => {
    const self = given.at(-1) as Parser;
    return act(command, self.args, valuesOf([...command.flags, ...globalFlags], self.opts()));
  });
  return parser;
}

function optionOf(flag: Flag): Option {
  const short = flag.short ? `-${flag.short}, ` : "";
  const option = new Option(`${short}--${flag.name}${flag.value ? ` <${flag.value}>` : ""}`, flag.summary);
  if (flag.choices && !flag.repeat) option.choices([...flag.choices]);
  if (flag.repeat) option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
  return option;
}

function valuesOf(flags: readonly Flag[], parsed: Record<string, unknown>): FlagValues {
  const values: Record<string, string | readonly string[] | true> = {};
  for (const flag of flags) {
    const isNegated = flag.name.startsWith("no-");
    const name = isNegated ? flag.name.slice(3) : flag.name;
    const key = name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    // The parser keeps `--no-x` as an x that is false, and true where nothing was given.
    const value = isNegated ? parsed[key] === false : parsed[key];
    if (value !== undefined && value !== false) values[flag.name] = value as string | readonly string[] | true;
  }
  return values;
}

/** One clear sentence for the officer's errors; a fault of ours shows where it happened. */
function report(error: unknown, output: Output): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.operator;
  if (isOperatorError(error)) {
    output.warn(`vestige: ${output.safe(error.message)}`);
    output.event("vestige.error/1", "error", { code: error.code, message: error.message });
    output.summary(error.exit, {});
    return error.exit;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  output.warn(cliSays.fault(output.safe(stack).replaceAll("\\x0a", "\n")));
  output.event("vestige.error/1", "error", { code: "fault", message: "fault" });
  output.summary(exitCodes.fault, {});
  return exitCodes.fault;
}
