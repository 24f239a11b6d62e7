/** `npx epochal check`: what is wrong with the data. */
import { checkNames } from "../../check/finding.ts";
import { type Command, defineCommand, targetOptions, targetPositional } from "../command.ts";

/** Looks for what is wrong with the data of a target. */
export const checkCommand: Command = defineCommand({
  name: "check",
  summary: "Looks for what is wrong with the data, in seconds",
  about: `Fetches batches that are evenly spread over epoch 0, each twice, and has two threads deliver them again. Says which
are not the same, unreadable, not finite, of varying form, out of range, badly labelled, of one class, or there twice.
Exit code 1 if something was found. Its checks: ${checkNames.join(", ")}.`,
  positionals: [targetPositional],
  options: {
    ...targetOptions,
    full: { type: "boolean", text: "Look at every batch of the epoch." },
    quick: { type: "boolean", text: "Look at as many as --seconds allow, which is the default." },
    seconds: { type: "number", value: "s", min: 0.1, default: 5, text: "Time to look at batches." },
    classes: {
      type: "integer",
      value: "n",
      min: 1,
      text: "Classes there are: labels must be from 0 to n - 1.",
    },
    against: {
      type: "text",
      value: "target",
      text: "Another target, as the test set, of which no sample may be in this one.",
    },
    workers: {
      type: "integer",
      value: "n",
      min: 0,
      max: 64,
      default: 2,
      text: "Threads to compare with; 0 for none.",
    },
    processes: { type: "boolean", text: "Compare with two worker processes too." },
    ignore: { type: "text", value: "checks", text: "Checks to leave out, as range,duplicates." },
  },
  examples: [
    ["npx epochal check ./data.ts#train", "looks at a sample of the batches"],
    [
      "npx epochal check ./data.ts#train --full --classes 10",
      "looks at all, and knows which labels there are",
    ],
    ["npx epochal check ./data.ts#train --against ./data.ts#test", "looks for samples that are in both"],
    ["npx epochal check ./data.ts#train --json | jq .findings", "prints findings for a program"],
  ],
  async run(call) {
    const { runCheckCommand } = await import("../check-target.ts");
    return runCheckCommand(call.positionals[0]!, call.values, call.output, call.signal);
  },
});
