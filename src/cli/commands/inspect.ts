/** `npx epochal inspect`: the page over a running epoch, or what it shows as a file. */
import { type Command, defineCommand, targetOptions, targetPositional } from "../command.ts";
import { whileLoading } from "../loading.ts";
import { exitCodes } from "../usage.ts";
import { workersOption } from "../workers.ts";

/** Shows what a target delivers, and why it waits. */
export const inspectCommand: Command = defineCommand({
  name: "inspect",
  summary: "Shows the batches, and where the time goes, as a page",
  about:
    "The page is served on this computer only, until Ctrl-C. With --out nothing is served: the file is written when the loading is over.",
  positionals: [targetPositional],
  options: {
    batch: { type: "integer", value: "index", min: 0, text: "Loads this one batch only." },
    out: {
      type: "text",
      value: "file",
      text: "Writes the page as one file that opens from disk (.html), or a trace for https://ui.perfetto.dev (.json).",
    },
    epochs: { type: "integer", value: "n", min: 1, text: "Epochs that are loaded.", default: 1 },
    seconds: {
      type: "number",
      value: "s",
      min: 0.01,
      text: "Seconds that it loads, from the first batch on. Default: all of it.",
    },
    workers: { ...workersOption, default: "auto" },
    consume: {
      type: "number",
      value: "ms",
      min: 0,
      text: "Milliseconds that the consumer works on each batch, as a training step does.",
      default: 0,
    },
    classes: { type: "text", value: "names", text: "Names of the classes, by number: cat,dog." },
    port: {
      type: "integer",
      value: "n",
      min: 0,
      max: 65_535,
      text: "Port of the page. Default: any that is free.",
    },
    noOpen: { type: "boolean", text: "Opens no browser; the URL is printed anyway." },
    ...targetOptions,
  },
  examples: [
    ["npx epochal inspect ./data.ts#train", "opens the page in the browser while one epoch is loaded"],
    ["npx epochal inspect ./data.ts#train --batch 3 --classes cat,dog", "shows one batch"],
    ["npx epochal inspect ./data.ts#train --seconds 10 --out report.html", "a page to be kept, or sent"],
  ],
  run: (call) =>
    whileLoading(call, async () => {
      const { positionals, values, output, signal } = call;
      const [{ loadTarget }, { workersOf }, { inspectTarget }] = await Promise.all([
        import("../target.ts"),
        import("../workers.ts"),
        import("../inspect/inspect-target.ts"),
      ]);
      const target = await loadTarget(positionals[0]!, values);
      for (const text of target.notes) output.note(text);
      const { classes, ...given } = values;
      const task = { ...given, classes: classes?.split(","), workers: workersOf(values.workers) };
      await inspectTarget(target, task, { output, signal });
      return exitCodes.sound;
    }),
});
