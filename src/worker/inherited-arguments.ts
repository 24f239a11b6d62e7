/**
 * The Node flags that a worker takes over: those of the program, but for the ones that concern its own script.
 * `--input-type` makes a worker with a file fail, `--eval` would hand it a second script, and a debugger's port is taken.
 */
export function inheritedArguments(argv: readonly string[] = process.execArgv): string[] {
  const kept: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const flag = argv[i]!;
    if (/^(-e|-p|-pe|--eval|--print)$/.test(flag)) i++;
    else if (
      !/^(--eval=|--print=|--input-type|--inspect|--test|--watch|-i$|--interactive|-c$|--check)/.test(flag)
    ) {
      kept.push(flag);
    }
  }
  return kept;
}
