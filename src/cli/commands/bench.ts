/** `npx epochal bench`: which workers load a target fastest. */

import { settingCode, settingName, settingsOf, triedOn } from "../bench/settings.ts";
import { benchTable, noiseNote } from "../bench/table.ts";
import { type Command, defineCommand, targetOptions, targetPositional } from "../command.ts";
import { whileLoading } from "../loading.ts";
import { exitCodes } from "../usage.ts";
import { workersOf } from "../workers.ts";

/** Measures a loader with no, few and many workers, threads and processes, and `"auto"`. */
export const benchCommand: Command = defineCommand({
  name: "bench",
  summary: "Finds the workers that load fastest, as code to paste",
  about:
    'No workers, 1, 2 and 4 threads or processes (at most two a core), and "auto", in turns, over the same batches. Files are read once before, so that they come from the system\'s memory where they fit into it.',
  positionals: [targetPositional],
  options: {
    workers: {
      type: "text",
      value: "n,n,…",
      text: "Numbers of workers that are tried. Default: 0,1,2,4,auto, at most two a core.",
    },
    seconds: { type: "number", value: "s", min: 0.01, text: "Seconds for each setting.", default: 4 },
    consume: {
      type: "number",
      value: "ms",
      min: 0,
      text: "Milliseconds that the consumer works on each batch, as a training step does.",
      default: 0,
    },
    ...targetOptions,
  },
  examples: [
    ["npx epochal bench ./data.ts#train", "half a minute, with a consumer that does nothing"],
    ["npx epochal bench ./data.ts#train --consume 50", "with training steps of 50 ms"],
  ],
  run: (call) =>
    whileLoading(call, async () => {
      const { positionals, values, output, signal } = call;
      const [{ loadTarget }, { compareSettings }, { watchLoading }, { availableCores }] = await Promise.all([
        import("../target.ts"),
        import("../bench/measure.ts"),
        import("../explain/watch.ts"),
        import("../../core/cores.ts"),
      ]);
      const target = await loadTarget(positionals[0]!, values);
      for (const text of target.notes) output.note(text);
      const cores = availableCores();
      const counts = values.workers === undefined ? triedOn(cores) : values.workers.split(",").map(workersOf);
      const { sequence, seed } = target;
      const { seconds, consume } = values;
      const { batches, outcomes, best } = await compareSettings({
        sequence,
        settings: settingsOf(counts),
        seed,
        time: seconds * 1000,
        consume,
        signal,
        onRound: (setting, round, rounds) =>
          output.progress(`round ${round} of ${rounds}: ${settingName(setting)}`),
      });
      const { workers, worker } = best;
      output.progress(`the best once more, to explain it: ${settingName(best)}`);
      const { sentence, limit } = await watchLoading({
        sequence,
        seed,
        seconds,
        consume,
        workers,
        worker,
        signal,
      });
      const code = settingCode(best, target.name, target.batchSize);
      if (values.json) {
        const found = { settings: outcomes, best: { workers, worker }, code, sentence, limit };
        output.json({ target: target.spec, seed, cores, batches, consume, ...found });
      } else {
        output.note(`${batches} batches a round, seed ${seed}, ${cores} cores`);
        const noise = noiseNote(outcomes);
        if (noise !== undefined) output.note(noise);
        output.print(benchTable(outcomes, best));
        output.print(`\n${code}\n${sentence}`);
      }
      return exitCodes.sound;
    }),
});
