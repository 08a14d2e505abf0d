/**
 * Where an officer's passphrase comes from: `--passphrase-file`, `VESTIGE_PASSPHRASE`, or a prompt on a terminal without
 * echo, in this order. It is asked for once per officer and run, and taken out of the environment so that no child
 * process inherits it.
 */
import { readFileSync } from "node:fs";
import { escapeForTerminal } from "../../native-free/model/escape.ts";
import { custodySays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";

export interface PassphraseOptions {
  readonly officer: string;
  /** Value of `--passphrase-file`, or null. */
  readonly file: string | null;
  /** Ask twice, for a new key. */
  readonly confirm?: boolean;
  /** Default: the terminal of this process, or null where there is none. */
  readonly terminal?: PassphraseTerminal | null;
  readonly environment?: Record<string, string | undefined>;
}

/** The two ends of a terminal that a prompt needs. */
export interface PassphraseTerminal {
  readonly input: NodeJS.ReadStream;
  readonly output: { write(text: string): unknown };
}

const known = new Map<string, string>();

/** The passphrase of an officer. Throws OperatorError where none can be had. */
export async function readPassphrase(options: PassphraseOptions): Promise<string> {
  const held = known.get(options.officer);
  if (held !== undefined && !options.confirm) return held;
  const passphrase = await obtain(options);
  if (passphrase === "") throw new OperatorError("custody/passphrase-empty", custodySays.emptyPassphrase());
  known.set(options.officer, passphrase);
  return passphrase;
}

/** Forgets what was asked for, as after a wrong passphrase. */
export function forgetPassphrase(officer: string): void {
  known.delete(officer);
}

async function obtain(options: PassphraseOptions): Promise<string> {
  if (options.file !== null) return readFirstLine(options.file);
  const environment = options.environment ?? process.env;
  const given = environment["VESTIGE_PASSPHRASE"];
  if (given !== undefined) {
    delete environment["VESTIGE_PASSPHRASE"];
    fromEnvironment = given;
  }
  if (fromEnvironment !== null) return fromEnvironment;
  const terminal = options.terminal === undefined ? processTerminal() : options.terminal;
  const officer = escapeForTerminal(options.officer);
  if (!terminal) throw new OperatorError("custody/passphrase-missing", custodySays.passphraseMissing(officer));
  const first = await prompt(terminal, custodySays.passphrasePrompt(officer));
  if (options.confirm && first !== (await prompt(terminal, custodySays.passphraseAgain()))) {
    throw new OperatorError("custody/passphrase-differs", custodySays.passphraseDiffers());
  }
  return first;
}

/** The value of the variable that was taken out of the environment. */
let fromEnvironment: string | null = null;

function readFirstLine(file: string): string {
  try {
    return (readFileSync(file, "utf8").split(/\r?\n/, 1)[0] ?? "").replace(/^\ufeff/, "");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new OperatorError("custody/passphrase-file", custodySays.passphraseFile(escapeForTerminal(file), code));
  }
}

/** A secret typed on the terminal, without echo; null where there is no terminal. Throws OperatorError where it is stopped. */
export async function promptHidden(question: string): Promise<string | null> {
  const terminal = processTerminal();
  return terminal ? prompt(terminal, question) : null;
}

function processTerminal(): PassphraseTerminal | null {
  return process.stdin.isTTY ? { input: process.stdin, output: process.stderr } : null;
}

const keys = { enter: ["\r", "\n"], stop: ["\u0003", "\u0004"], erase: ["\u007f", "\b"], eraseLine: "\u0015" };

/** Reads one line without echo. Ctrl-C and Ctrl-D end it as an OperatorError. */
function prompt(terminal: PassphraseTerminal, question: string): Promise<string> {
  const { input, output } = terminal;
  return new Promise((resolve, reject) => {
    let typed: string[] = [];
    const finish = (end: () => void) => {
      input.off("data", onData);
      input.setRawMode(false);
      input.pause();
      output.write("\n");
      end();
    };
    const onData = (chunk: Buffer | string) => {
      for (const key of String(chunk)) {
        if (keys.enter.includes(key)) return finish(() => resolve(typed.join("")));
        if (keys.stop.includes(key)) {
          return finish(() => reject(new OperatorError("custody/prompt-stopped", custodySays.promptStopped())));
        }
        if (keys.erase.includes(key)) typed.pop();
        else if (key === keys.eraseLine) typed = [];
        else if (key >= " ") typed.push(key);
      }
    };
    output.write(question);
    input.setRawMode(true);
    input.setEncoding("utf8");
    input.on("data", onData);
    input.resume();
  });
}
