/**
 * The Node flags that a worker takes over: those of the program, but for the ones that concern its own script.
 * `--input-type` makes a worker with a file fail, `--eval` would hand it a second script, and a debugger's port is taken.
 */
export function inheritedArguments(argv: readonly string[] = process.execArgv): string[] {
  return without(argv, (flag) => ownFlag.test(flag));
}

/** Flags of the program's own script. What follows one without a dash is its value: scripts are not in `execArgv`. */
const ownFlag =
  /^(-[epic]|-pe|--(eval|print|interactive|check|input-type|inspect\S*|debug-port|test\S*|watch\S*))(=|$)/s;

/** Whether Node says that a list of flags cannot be given to a thread. */
export function isRefused(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === "ERR_WORKER_INVALID_EXEC_ARGV";
}

/** The arguments without those that `error` names: flags of the whole process, which hold in its threads anyway. */
export function withoutRefused(argv: readonly string[], error: unknown): string[] {
  const { message } = error as Error;
  const refused = new Set(message.slice(message.indexOf(": ") + 2).split(", "));
  return without(argv, (flag) => refused.has(flag));
}

/** The arguments without the flags that `drop` names, and without their values. */
function without(argv: readonly string[], drop: (flag: string) => boolean): string[] {
  let dropping = false;
  return argv.filter((argument) => {
    if (argument.startsWith("-")) dropping = drop(argument);
    return !dropping;
  });
}
