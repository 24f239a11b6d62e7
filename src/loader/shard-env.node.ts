/**
 * Which shard this process is, read from the environment that a launcher sets.
 *
 * - torchrun: `RANK` and `WORLD_SIZE`.
 * - AWS Batch array jobs: `AWS_BATCH_JOB_ARRAY_INDEX` and `AWS_BATCH_JOB_ARRAY_SIZE`.
 * - Kubernetes Indexed Jobs: `JOB_COMPLETION_INDEX`; the number of completions is not told, so the Job's template sets
 *   `WORLD_SIZE` to it.
 */
import { show } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";
import { type Environment, environment } from "../core/node.ts";
import type { Shard } from "../core/shard.ts";

/** Rank and size of the world by launcher, the more particular names first. */
const launchers = [
  { name: "AWS Batch", rank: "AWS_BATCH_JOB_ARRAY_INDEX", size: ["AWS_BATCH_JOB_ARRAY_SIZE", "WORLD_SIZE"] },
  { name: "a Kubernetes Indexed Job", rank: "JOB_COMPLETION_INDEX", size: ["WORLD_SIZE"] },
  { name: "torchrun", rank: "RANK", size: ["WORLD_SIZE"] },
] as const;

/**
 * The shard that the environment names.
 *
 * @throws OptionError if no launcher is recognised, or one of its variables is missing or no number.
 */
export function shardFromEnv(env: Environment = environment()): Shard {
  // torchrun inside a Kubernetes or Batch job ranks processes, not machines: where it speaks, it is right.
  const launcher =
    env.RANK !== undefined ? launchers[2] : launchers.find(({ rank }) => env[rank] !== undefined);
  if (!launcher) {
    throw new OptionError(
      `\`shard: "env"\` found none of ${launchers.map(({ rank }) => rank).join(", ")} in the environment. Start the program with torchrun, as a Kubernetes Indexed Job or as an AWS Batch array job, or give { rank, worldSize }.`,
    );
  }
  const size = launcher.size.find((name) => env[name] !== undefined) ?? launcher.size[0];
  const rank = readCount(env, launcher.rank, launcher.name);
  const worldSize = readCount(env, size, launcher.name);
  if (rank >= worldSize) {
    throw new OptionError(
      `${launcher.rank} is ${rank}, but ${size} is ${worldSize}: a rank is below the world size.`,
    );
  }
  return { rank, worldSize };
}

function readCount(env: Environment, name: string, launcher: string): number {
  const text = env[name];
  if (text !== undefined && /^\d+$/.test(text.trim())) return Number(text);
  throw new OptionError(
    `The environment looks like ${launcher}, but ${name} is ${text === undefined ? "not set" : show(text)}. Set it to a whole number.`,
  );
}
