/** `vestige completion`: a completion script for the shell, made from the table of commands. */
import { cliSays } from "../../messages/en.ts";
import { exitCodes, OperatorError } from "../../messages/operator-error.ts";
import type { Command, Flag } from "../command.ts";

/** The whole table, which holds this command as well. */
export interface CommandTable {
  readonly commands: readonly Command[];
  readonly globalFlags: readonly Flag[];
}

/** `table` is asked when the command runs: while it is made, the table is not complete. */
export const completionCommandOf = (table: () => CommandTable): Command => ({
  name: "completion",
  summary: "print a completion script for bash or zsh",
  group: "about",
  args: [{ name: "SHELL", summary: "bash (default) or zsh", optional: true }],
  flags: [],
  help: `  source <(vestige completion bash)
  source <(vestige completion zsh)`,
  async run({ args, output }) {
    const shell = args[0] ?? "bash";
    if (shell !== "bash" && shell !== "zsh") {
      throw new OperatorError("usage/shell", cliSays.unknownShell(output.safe(shell)));
    }
    output.raw(completionScript(shell, table()));
    return exitCodes.done;
  },
});

/** Plain words only: names of commands, flags and choices of ours. */
function completionScript(shell: "bash" | "zsh", { commands, globalFlags }: CommandTable): string {
  const names = commands.map((command) => command.name).join(" ");
  const cases = commands.map(
    ({ name, flags }) => `    ${name}) words="${[...flags, ...globalFlags].map(dashed).join(" ")}" ;;`,
  );
  const values = choicesOf(commands.flatMap((command) => command.flags));
  return `${shell === "zsh" ? "autoload -U +X bashcompinit && bashcompinit\n" : ""}_vestige() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=( $(compgen -W "${names} --help --version" -- "$current") ); return; fi
  case "$before" in
${values.join("\n")}
  esac
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
  esac
  case "$current" in
    -*) COMPREPLY=( $(compgen -W "$words --help" -- "$current") ) ;;
    *) COMPREPLY=( $(compgen -f -- "$current") ) ;;
  esac
}
complete -o filenames -F _vestige vestige
`;
}

function dashed(flag: Flag): string {
  return `--${flag.name}`;
}

function choicesOf(flags: readonly Flag[]): string[] {
  const withChoices = flags.filter((flag) => flag.choices);
  if (withChoices.length === 0) return ["    --) ;;"];
  return withChoices.map(
    ({ name, choices }) =>
      `    --${name}) COMPREPLY=( $(compgen -W "${(choices ?? []).join(" ")}" -- "$current") ); return ;;`,
  );
}
