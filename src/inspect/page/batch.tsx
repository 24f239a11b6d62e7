/** The batch that is shown: which one, how its values are drawn, its pictures and other samples, and what is wrong with it. */
import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import type { BatchLook, LeafView, PageHello } from "../protocol.ts";
import { FullSize, Grid, type Looks } from "./grid.tsx";
import type { Hint } from "./hints.ts";
import { type MappingName, mappingsOf, usualMapping } from "./mapping.ts";
import { type BoxForm, boxForms, type Drawn, nothingDrawn } from "./pixels.ts";
import { SamplesPanel } from "./samples.tsx";
import type { Shown } from "./shown.ts";
import { digits, percent, plural, whole } from "./words.ts";

/** The panel of the batch. */
export function BatchPanel({
  shown,
  hello,
  hints,
}: {
  readonly shown: Shown;
  readonly hello: PageHello | undefined;
  readonly hints: readonly Hint[];
}): JSX.Element {
  const { batch } = shown;
  const pictures = batch.leaves.filter(
    ({ role, samples }) => role === "image" && samples[0]?.kind === "pixels",
  );
  return (
    <section id="batch" aria-labelledby="batch-title">
      <WhichBatch shown={shown} hello={hello} />
      {hints.length > 0 && (
        <ul id="hints">
          {hints.map(({ severity, text }) => (
            <li key={text} class={severity}>
              {text}
            </li>
          ))}
        </ul>
      )}
      {pictures.map((leaf, i) => (
        <Pictures
          key={leaf.path}
          batch={batch}
          leaf={leaf}
          hello={hello}
          first={i === 0}
          several={pictures.length > 1}
        />
      ))}
      <SamplesPanel batch={batch} hello={hello} pictures={pictures.length > 0} />
    </section>
  );
}

/** Epoch and index, and the way to others. */
function WhichBatch({
  shown,
  hello,
}: {
  readonly shown: Shown;
  readonly hello: PageHello | undefined;
}): JSX.Element {
  const { batch, held, hold, go, by, problem, busy, alone } = shown;
  const live = hello?.live;
  // What is being typed stands, whatever is delivered meanwhile.
  const [typed, setTyped] = useState<string>();
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const { target, key } = event;
      const typing =
        target instanceof Element && target.closest("input:not([type=checkbox]), select, dialog");
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (key === "ArrowLeft") by(-1);
      else if (key === "ArrowRight") by(1);
      else if (key === "h" && live) hold(!held);
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [by, hold, held, live]);
  return (
    <>
      <div class="bar">
        <h2 id="batch-title">
          Batch{" "}
          <span class="quiet">
            epoch {batch.epoch}, index {batch.index}, {plural(batch.samples, "sample")}
          </span>
        </h2>
        <span class="buttons" aria-busy={busy}>
          <button type="button" onClick={() => by(-1)} disabled={alone} title="Previous index (←)">
            ← previous
          </button>
          <label>
            <span class="hidden">Index</span>
            <input
              type="number"
              min={0}
              value={typed ?? batch.index}
              disabled={alone}
              onInput={(event) => setTyped(event.currentTarget.value)}
              onBlur={() => setTyped(undefined)}
              onChange={(event) => {
                go(event.currentTarget.valueAsNumber);
                setTyped(undefined);
              }}
            />
          </label>
          <button type="button" onClick={() => by(1)} disabled={alone} title="Next index (→)">
            next →
          </button>
          {live && (
            <label title="Keep this batch (h)">
              <input type="checkbox" checked={held} onChange={(event) => hold(event.currentTarget.checked)} />{" "}
              hold
            </label>
          )}
        </span>
      </div>
      <p role="alert" class="wrong" hidden={problem === ""}>
        {problem}
      </p>
    </>
  );
}

/** A leaf of pictures. */
interface PictureLeaf {
  readonly batch: BatchLook;
  readonly leaf: LeafView;
}

/** The pictures of one leaf with the ways to draw them. */
function Pictures({
  hello,
  first,
  several,
  ...latest
}: PictureLeaf & {
  readonly hello: PageHello | undefined;
  /** Whether masks and boxes belong to it. */
  readonly first: boolean;
  readonly several: boolean;
}): JSX.Element {
  const [chosen, setChosen] = useState<MappingName>();
  const [swap, setSwap] = useState(false);
  const [masks, setMasks] = useState(true);
  const [boxes, setBoxes] = useState(true);
  const [form, setForm] = useState<BoxForm>("corners");
  const [open, setOpen] = useState<PictureLeaf & { readonly item: number }>();
  const [drawn, setDrawn] = useState<Drawn>(nothingDrawn);
  // While one is looked at in full size, others do not take its place.
  const { batch, leaf } = open ?? latest;
  const onOpen = useCallback((item: number) => setOpen({ batch, leaf, item }), [batch, leaf]);
  const mappings = useMemo(() => mappingsOf(leaf, hello), [leaf, hello]);
  const usual = usualMapping(leaf, hello);
  const mapping = (mappings.find(({ name }) => name === chosen) ??
    mappings.find(({ name }) => name === usual))!;
  const boxLeaf = batch.leaves.find(({ role }) => first && role === "boxes");
  const hasMasks = first && batch.leaves.some(({ role }) => role === "mask");
  const hasBoxes = boxLeaf !== undefined;
  const looks = useMemo<Looks>(
    () => ({ mapping, swap, masks: masks && hasMasks, boxes: boxes && hasBoxes, form }),
    [mapping, swap, masks, boxes, form, hasMasks, hasBoxes],
  );
  const onDrawn = useCallback(
    (now: Drawn) =>
      setDrawn((before) =>
        before.clipped === now.clipped && before.nan === now.nan && before.values === now.values
          ? before
          : now,
      ),
    [],
  );
  const first0 = leaf.samples[0]!;
  const colour = first0.kind === "pixels" && first0.channels >= 3;
  return (
    <>
      <div class="bar looks">
        {several && <code>{leaf.path}</code>}
        <label>
          <span class="quiet">show values</span>{" "}
          <select
            value={mapping.name}
            onChange={(event) => setChosen(event.currentTarget.value as MappingName)}
          >
            {mappings.map((each) => (
              <option key={each.name} value={each.name}>
                {each.label}
              </option>
            ))}
          </select>
        </label>
        {colour && <Check label="swap red and blue" checked={swap} set={setSwap} />}
        {hasMasks && <Check label="masks (0 is clear)" checked={masks} set={setMasks} />}
        {hasBoxes && <Check label={`boxes${boxesLeftOut(boxLeaf)}`} checked={boxes} set={setBoxes} />}
        {hasBoxes && boxes && (
          <select
            aria-label="How boxes are written"
            value={form}
            onChange={(event) => setForm(event.currentTarget.value as BoxForm)}
          >
            {Object.entries(boxForms).map(([each, words]) => (
              <option key={each} value={each}>
                {words}
              </option>
            ))}
          </select>
        )}
      </div>
      <MappingLine leaf={leaf} label={mapping.label} drawn={drawn} samples={batch.samples} />
      <Grid batch={batch} leaf={leaf} hello={hello} looks={looks} onDrawn={onDrawn} onOpen={onOpen} />
      {open && (
        <FullSize {...open} hello={hello} looks={looks} onGo={onOpen} onClose={() => setOpen(undefined)} />
      )}
    </>
  );
}

/** Of how many boxes of a sample so many were sent, where they are not all. */
function boxesLeftOut({ samples: [sample] }: LeafView): string {
  if (sample?.kind !== "numbers" || sample.values.length >= sample.count) return "";
  return ` (the first ${whole(sample.values.length / 4)} of ${whole(sample.count / 4)})`;
}

function Check({
  label,
  checked,
  set,
}: {
  readonly label: string;
  readonly checked: boolean;
  readonly set: (checked: boolean) => void;
}): JSX.Element {
  return (
    <label>
      <input type="checkbox" checked={checked} onChange={(event) => set(event.currentTarget.checked)} />{" "}
      {label}
    </label>
  );
}

/** What the values are, how they are drawn, and what of them is cut off. */
function MappingLine({
  leaf,
  label,
  drawn,
  samples,
}: {
  readonly leaf: LeafView;
  readonly label: string;
  readonly drawn: Drawn;
  readonly samples: number;
}): JSX.Element {
  const { values, dtype } = leaf;
  const shown = leaf.samples.length;
  return (
    <p class="mapping">
      {values && values.sampled > values.nan + values.infinite && (
        <span>
          {dtype} from {digits(values.min)} to {digits(values.max)}, drawn as: {label}.
        </span>
      )}{" "}
      {drawn.clipped > 0 && (
        <span class="strange">
          {percent(drawn.clipped / drawn.values)} of the values drawn lie outside and are cut off (
          {whole(drawn.clipped)}).
        </span>
      )}{" "}
      {drawn.nan > 0 && <span class="wrong">{plural(drawn.nan, "value")} NaN, drawn in magenta.</span>}{" "}
      {shown < samples && (
        <span class="quiet">
          The first {whole(shown)} of {whole(samples)}.
        </span>
      )}
    </p>
  );
}
