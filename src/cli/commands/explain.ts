/** `npx epochal explain`: what limits the loading of a target, in one sentence. */
import { type Command, defineCommand, targetOptions, targetPositional } from "../command.ts";
import { whileLoading } from "../loading.ts";
import { checkOut, exitCodes } from "../usage.ts";
import { workersOption } from "../workers.ts";

/** Loads for some seconds, and says what limits it. */
export const explainCommand: Command = defineCommand({
  name: "explain",
  summary: "Says in one sentence what limits the loading, and what to change",
  positionals: [targetPositional],
  options: {
    seconds: {
      type: "number",
      value: "s",
      min: 0.01,
      text: "Seconds that it loads, from the first batch on.",
      default: 10,
    },
    workers: { ...workersOption, text: `${workersOption.text} Default: one a core, at most 4.` },
    consume: {
      type: "number",
      value: "ms",
      min: 0,
      text: "Milliseconds that the consumer works on each batch, as a training step does.",
      default: 0,
    },
    out: { type: "text", value: "file", text: "Writes a trace, to be opened at https://ui.perfetto.dev." },
    ...targetOptions,
  },
  examples: [
    ["npx epochal explain ./data.ts#train", "with a consumer that does nothing: what limits the data alone"],
    ["npx epochal explain ./data.ts#train --consume 50 --workers 2", "with training steps of 50 ms"],
    ["npx epochal explain ./data.ts#train --out trace.json", "and what happened when"],
  ],
  run: (call) =>
    whileLoading(call, async () => {
      const { positionals, values, output, signal } = call;
      const [{ loadTarget }, { workersOf }, { watchLoading }, { availableCores }] = await Promise.all([
        import("../target.ts"),
        import("../workers.ts"),
        import("../explain/watch.ts"),
        import("../../core/cores.ts"),
      ]);
      checkOut(values.out);
      const target = await loadTarget(positionals[0]!, values);
      for (const text of target.notes) output.note(text);
      const workers =
        values.workers === undefined ? Math.min(4, availableCores()) : workersOf(values.workers);
      const { seconds, consume, out } = values;
      output.note(`${seconds} s with ${JSON.stringify(workers)} workers, seed ${target.seed}`);
      const found = await watchLoading({
        sequence: target.sequence,
        seed: target.seed,
        workers,
        seconds,
        consume,
        trace: out,
        signal,
        onBatch: (batches, elapsed) =>
          output.progress(`${elapsed.toFixed(0)} of ${seconds} s, ${batches} batches`),
      });
      if (values.json) output.json({ target: target.spec, seed: target.seed, seconds, consume, ...found });
      else output.print(found.sentence);
      if (out !== undefined) output.note(`${out} is a trace: open it at https://ui.perfetto.dev.`);
      return exitCodes.sound;
    }),
});
