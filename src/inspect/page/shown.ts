/** Which batch is shown: the last one that was delivered, one that is held, or one that was asked for by its index. */
import { useCallback, useRef, useState } from "preact/hooks";
import type { BatchLook } from "../protocol.ts";
import { askBatch } from "./feed.ts";
import type { Model } from "./model.ts";

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

/** Keeps which batch is shown; undefined before there is one. */
export function useShown(model: Model): Shown | undefined {
  const { hello, snapshots } = model;
  const [kept, setKept] = useState<{ readonly of: Model["hello"]; readonly batch: BatchLook }>();
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const asked = useRef(0);
  const live = hello?.live !== false;
  // What was kept of another loader is gone.
  const own = kept?.of === hello ? kept?.batch : undefined;
  const batch = own ?? (live ? snapshots.at(-1) : snapshots[0]);
  const keep = useCallback(
    (one: BatchLook | undefined) => setKept(one && { of: hello, batch: one }),
    [hello],
  );
  const hold = useCallback(
    (held: boolean) => {
      setProblem("");
      keep(held ? batch : undefined);
    },
    [batch, keep],
  );
  const go = useCallback(
    (index: number) => {
      if (!batch || !hello || !Number.isInteger(index)) return;
      const wanted = Math.max(0, Math.min(hello.length - 1, index));
      setProblem("");
      if (!live) {
        const found = snapshots.find((each) => each.index === wanted);
        if (found) keep(found);
        else
          setProblem(
            `This report has no batch ${wanted}: it has ${snapshots.map((each) => each.index).join(", ")}.`,
          );
        return;
      }
      const question = ++asked.current;
      setBusy(true);
      askBatch(batch.epoch, wanted)
        .then(
          (one) => question === asked.current && keep(one),
          (error: unknown) =>
            question === asked.current &&
            setProblem(
              `Batch ${wanted} could not be had: ${error instanceof Error ? error.message : String(error)}`,
            ),
        )
        .finally(() => question === asked.current && setBusy(false));
    },
    [batch, hello, live, snapshots, keep],
  );
  const by = useCallback(
    (step: number) => {
      if (!batch) return;
      if (live) go(batch.index + step);
      else {
        const next = snapshots[snapshots.indexOf(batch) + step];
        if (next) keep(next);
      }
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
