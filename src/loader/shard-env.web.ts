/** What stands in the place of shard-env.node.ts where there is no environment that a launcher sets. */
import { OptionError } from "../core/errors.ts";
import type { Shard } from "../core/shard.ts";

/** There is no shard that the environment names. */
export function shardFromEnv(): Shard {
  throw new OptionError(
    '`shard: "env"` reads what torchrun, Kubernetes or AWS Batch set in the environment of a process, and a page has none. Give { rank, worldSize }.',
  );
}
