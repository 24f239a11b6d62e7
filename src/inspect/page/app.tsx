/** The page, from the top down: why it waits, then what is fed to the model. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { BatchPanel } from "./batch.tsx";
import { ClassesPanel } from "./classes.tsx";
import { CurvesPanel } from "./curves.tsx";
import { FaultsPanel } from "./faults.tsx";
import { LinkState, Numbers, Sentence } from "./head.tsx";
import { hintsOf } from "./hints.ts";
import { HistogramPanel } from "./histogram.tsx";
import { LeavesPanel } from "./leaves.tsx";
import type { Model } from "./model.ts";
import { useShown } from "./shown.ts";
import { TimelinePanel } from "./timeline.tsx";

/** All panels; one that has nothing to show is not there. */
export function App({ model }: { readonly model: Model }): JSX.Element {
  const { hello, update, curves, faults } = model;
  const shown = useShown(model);
  const batch = shown?.batch;
  const hints = useMemo(
    () => (batch ? hintsOf(batch, hello, update?.classes) : []),
    [batch, hello, update?.classes],
  );
  return (
    <>
      <h1 class="hidden">epochal inspector</h1>
      <Sentence model={model} />
      <LinkState model={model} />
      <Numbers model={model} />
      <TimelinePanel model={model} />
      {shown && (
        <div class="columns">
          <BatchPanel shown={shown} hello={hello} hints={hints} />
          <div class="beside">
            <LeavesPanel batch={shown.batch} />
            <HistogramPanel batch={shown.batch} hello={hello} />
            <ClassesPanel batch={shown.batch} soFar={update?.classes} hello={hello} />
          </div>
        </div>
      )}
      {!shown && update?.classes && <ClassesPanel batch={undefined} soFar={update.classes} hello={hello} />}
      <CurvesPanel curves={curves} />
      {update && <FaultsPanel faults={faults} now={update.time} />}
    </>
  );
}
