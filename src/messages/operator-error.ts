/** A mistake or obstacle that the officer can remove: one sentence saying what was expected, found, where, what to do. */

/** Exit codes of every command (DESIGN 3). */
export const exitCodes = {
  /** Finished, nothing lost. */
  done: 0,
  /** Finished with loss, or verification says *changed*. */
  loss: 1,
  /** The officer's: usage, passphrase, missing source … */
  operator: 2,
  /** Ours. */
  fault: 3,
  /** Stopped and resumable: interrupt, disk full, source gone. */
  stopped: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export class OperatorError extends Error {
  readonly kind = "operator";
  /** Stable id such as `source/absent`, for `--json` and tests. */
  readonly code: string;
  readonly exit: ExitCode;

  /** `message` comes from `src/messages/en.ts`. `exit` is 2 unless the work can be resumed (4). */
  constructor(code: string, message: string, exit: ExitCode = exitCodes.operator) {
    super(message);
    this.code = code;
    this.exit = exit;
  }
}

export function isOperatorError(error: unknown): error is OperatorError {
  return (error as { kind?: unknown } | null)?.kind === "operator";
}
