/** `npx epochal cache`: keeps the samples of a target on disk, so that the next program finds them there. */
import { type Command, defineCommand, targetOptions, targetPositional } from "../command.ts";
import { whileLoading } from "../loading.ts";
import { exitCodes } from "../usage.ts";
import { workersOption } from "../workers.ts";

/** Fills a disk cache. */
export const cacheCommand: Command = defineCommand({
  name: "cache",
  summary: "Fills a disk cache with the samples, in parallel",
  about:
    "Ended by Ctrl-C, or by a kill, it goes on where it was when it is run again. Samples are those before augmentation, in order: of batches(…) those below it.",
  positionals: [
    targetPositional,
    ["folder", "Where caches are kept, each in a folder of its own: what diskCache() takes."],
  ],
  options: {
    workers: { ...workersOption, default: "auto" },
    version: {
      type: "text",
      text: "What samples follow from that cannot be seen in the source: as of diskCache().",
    },
    maxBytes: { type: "text", value: "size", text: 'Bytes that samples may take, such as "50GB".' },
    json: targetOptions.json,
  },
  examples: [
    ["npx epochal cache ./data.ts#photos .cache", "keeps what ./data.ts exports as photos"],
    [
      "npx epochal cache ./data.ts#photos .cache --workers 4 --max-bytes 50GB",
      "as much as there is room for",
    ],
  ],
  run: (call) =>
    whileLoading(call, async () => {
      const { positionals, values, output, signal } = call;
      const [{ loadTarget }, { fillCache }] = await Promise.all([
        import("../target.ts"),
        import("../cache/fill.ts"),
      ]);
      const [spec = "", folder = ""] = positionals;
      const target = await loadTarget(spec);
      const filled = await fillCache(target, { ...values, folder }, { output, signal });
      const { json, note, print } = output;
      if (values.json) json(filled);
      else {
        for (const { index, message } of filled.failed.slice(0, shown)) note(`Sample ${index}: ${message}`);
        if (filled.failed.length > shown) note(`… and ${filled.failed.length - shown} more.`);
        note(filled.summary);
        print(`import { diskCache } from "epochal/data";\n\n${filled.code}`);
      }
      const isWhole = filled.failed.length === 0 && (filled.left === 0 || values.maxBytes !== undefined);
      return isWhole ? exitCodes.sound : exitCodes.found;
    }),
});

/** Samples that could not be had and are named. */
const shown = 20;
