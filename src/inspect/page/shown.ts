/** Which batch is shown: the last one that was delivered, one that is held, or one that was asked for by its index. */
import { useCallback, useRef, useState } from "preact/hooks";
import type { BatchLook } from "../protocol.ts";
import { askBatch } from "./feed.ts";
import type { Model } from "./model.ts";
import { messageOf } from "./words.ts";

/** The batch that is shown, and the ways to another one. */
export interface Shown {
  readonly batch: BatchLook;
  readonly held: boolean;
  readonly hold: (held: boolean) => void;
  /** Shows the batch with this index. */
  readonly go: (index: number) => void;
  /** Shows the batch whose index is so many more. */
  readonly by: (step: number) => void;
  /** Whether a batch was asked for and has not come. */
  readonly busy: boolean;
  /** Why it could not be had; empty for no reason. */
  readonly problem: string;
  /** Whether there is no other one. */
  readonly alone: boolean;
}

/** What was made of a loader's batches. */
interface Kept {
  readonly of: Model["hello"];
  /** One that is held, or was asked for. */
  readonly batch?: BatchLook | undefined;
  readonly problem?: string;
}

/** Keeps which batch is shown; undefined before there is one. */
export function useShown(model: Model): Shown | undefined {
  const { hello, snapshots } = model;
  const [kept, setKept] = useState<Kept>();
  const [busy, setBusy] = useState(false);
  /** The index that is to be shown, as long as its batch has not come. */
  const wanted = useRef<number>(undefined);
  const asking = useRef(false);
  const live = hello?.live !== false;
  // What was kept of another loader is gone.
  const { batch: own, problem = "" }: Partial<Kept> = kept?.of === hello ? { ...kept } : {};
  const batch = own ?? (live ? snapshots.at(-1) : snapshots[0]);
  const keep = useCallback((one?: BatchLook) => setKept({ of: hello, batch: one }), [hello]);
  const tell = useCallback(
    (problem: string) => setKept((before) => ({ ...(before?.of === hello && before), of: hello, problem })),
    [hello],
  );
  const hold = useCallback(
    (held: boolean) => {
      wanted.current = undefined;
      keep(held ? batch : undefined);
    },
    [batch, keep],
  );
  /** Asks for what is wanted, one after the other: of those that are passed over meanwhile none is fetched. */
  const ask = useCallback(
    async (epoch: number) => {
      if (asking.current) return;
      asking.current = true;
      setBusy(true);
      for (let index = wanted.current; index !== undefined; index = wanted.current) {
        const answer = await askBatch(epoch, index).catch(messageOf);
        if (wanted.current !== index) continue;
        wanted.current = undefined;
        if (typeof answer === "string") tell(`Batch ${index} could not be had: ${answer}`);
        else keep(answer);
      }
      asking.current = false;
      setBusy(false);
    },
    [keep, tell],
  );
  const go = useCallback(
    (index: number) => {
      if (!batch || !Number.isInteger(index) || index < 0) return;
      if (live) {
        wanted.current = index;
        void ask(batch.epoch);
        return;
      }
      const found = snapshots.find((each) => each.index === index);
      if (found) keep(found);
      else
        tell(`This report has no batch ${index}: it has ${snapshots.map((each) => each.index).join(", ")}.`);
    },
    [batch, live, snapshots, ask, keep, tell],
  );
  const by = useCallback(
    (step: number) => {
      if (!batch) return;
      if (live) go((wanted.current ?? batch.index) + step);
      else keep(snapshots[snapshots.indexOf(batch) + step] ?? batch);
    },
    [batch, live, snapshots, go, keep],
  );
  if (!batch) return undefined;
  return {
    batch,
    held: own !== undefined,
    hold,
    go,
    by,
    busy,
    problem,
    alone: !live && snapshots.length < 2,
  };
}
