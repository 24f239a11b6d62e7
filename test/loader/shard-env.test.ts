import { describe, expect, it } from "vitest";
import { shardFromEnv } from "../../src/loader/shard-env.node.ts";

describe("shardFromEnv", () => {
  it.each([
    ["torchrun", { RANK: "3", WORLD_SIZE: "8", LOCAL_RANK: "1" }, { rank: 3, worldSize: 8 }],
    ["Kubernetes", { JOB_COMPLETION_INDEX: "0", WORLD_SIZE: "4" }, { rank: 0, worldSize: 4 }],
    [
      "AWS Batch",
      { AWS_BATCH_JOB_ARRAY_INDEX: "9", AWS_BATCH_JOB_ARRAY_SIZE: "10" },
      { rank: 9, worldSize: 10 },
    ],
    [
      "torchrun in Kubernetes",
      { JOB_COMPLETION_INDEX: "1", RANK: "5", WORLD_SIZE: "8" },
      { rank: 5, worldSize: 8 },
    ],
  ])("reads %s", (_, env, shard) => {
    expect(shardFromEnv(env as Record<string, string>)).toEqual(shard);
  });

  it.each([
    [{}, /found none of AWS_BATCH_JOB_ARRAY_INDEX, JOB_COMPLETION_INDEX, RANK/],
    [{ JOB_COMPLETION_INDEX: "1" }, /a Kubernetes Indexed Job, but WORLD_SIZE is not set/],
    [{ RANK: "one", WORLD_SIZE: "2" }, /RANK is "one"/],
    [{ RANK: "2", WORLD_SIZE: "2" }, /RANK is 2, but WORLD_SIZE is 2/],
  ])("refuses %o", (env, message) => {
    expect(() => shardFromEnv(env as Record<string, string>)).toThrow(message);
  });
});
