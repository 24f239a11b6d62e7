#!/usr/bin/env node
/** `npx epochal`: the commands there are, and the process they run in. */
import { runCli } from "./cli.ts";
import type { Command } from "./command.ts";
import { benchCommand } from "./commands/bench.ts";
import { cacheCommand } from "./commands/cache.ts";
import { checkCommand } from "./commands/check.ts";
import { explainCommand } from "./commands/explain.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { exitCodes } from "./usage.ts";

const commands: readonly Command[] = [
  checkCommand,
  inspectCommand,
  benchCommand,
  explainCommand,
  cacheCommand,
];

/** Milliseconds that a command has to end after Ctrl-C. */
const patience = 3000;

const interrupt = new AbortController();
process.on("SIGINT", () => {
  if (interrupt.signal.aborted) process.exit(exitCodes.interrupted);
  interrupt.abort();
  setTimeout(() => process.exit(exitCodes.interrupted), patience).unref();
});

// Not 1, which says that something was found. Nobody reads any more, as head once it has its lines: nothing to be told.
process.on("uncaughtException", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCodes.usage);
  process.stderr.write(`epochal: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(exitCodes.usage);
});

// Nothing is left that could go on, and the command has not ended: Node would say nothing.
process.on("beforeExit", () => {
  process.stderr.write("epochal: The target waits for something that never comes.\n");
  process.exit(exitCodes.usage);
});

const { stdout, stderr, env, argv } = process;
const code = await runCli(argv.slice(2), commands, { stdout, stderr, env, signal: interrupt.signal });
// Once all is written; what the target's module left open, as a connection, does not hold the program.
await new Promise<void>((resolve) => stdout.write("", () => resolve()));
process.exit(code);
