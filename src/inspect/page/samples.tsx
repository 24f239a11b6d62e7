/** Samples that are no pictures, as what they are: text, curves, waves, numbers. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { BatchLook, LeafView, PageHello, SampleView } from "../protocol.ts";
import { captionOf } from "./captions.ts";
import { askSample } from "./feed.ts";
import { memo } from "./memo.ts";
import { digits, plural, whole } from "./words.ts";

/** Samples of a leaf that are shown without asking. */
const most = 12;

/** A sample that is numbers. */
type Numbers = Extract<SampleView, { kind: "numbers" }>;

/** The leaves of a batch that are neither pictures nor what is in their captions. */
export const SamplesPanel = memo(function Samples({
  batch,
  hello,
  pictures,
}: {
  readonly batch: BatchLook;
  readonly hello: PageHello | undefined;
  /** Whether there are pictures, in whose captions short texts and numbers stand. */
  readonly pictures: boolean;
}): JSX.Element | null {
  const leaves = batch.leaves.filter(({ role, samples }) => {
    if (samples.length === 0 || samples[0]!.kind === "pixels") return false;
    if (role === "boxes" || role === "classes" || role === "oneHot") return false;
    return !pictures || role === "text" || role === "series" || role === "audio";
  });
  return (
    <>
      {leaves.map((leaf) => (
        <LeafSamples key={leaf.path} leaf={leaf} batch={batch} hello={hello} />
      ))}
    </>
  );
});

function LeafSamples({
  leaf,
  batch,
  hello,
}: {
  readonly leaf: LeafView;
  readonly batch: BatchLook;
  readonly hello: PageHello | undefined;
}): JSX.Element {
  const [all, setAll] = useState(false);
  const { path, role, samples } = leaf;
  const shown = all ? samples : samples.slice(0, most);
  return (
    <div class={`samples ${role}`}>
      <h3>
        <code>{path}</code>
      </h3>
      <ol start={0}>
        {shown.map((sample, i) => (
          <li key={i}>
            <One sample={sample} leaf={leaf} batch={batch} item={i} live={hello?.live === true} />
            {role !== "text" && role !== "number" && <p class="quiet">{captionOf(batch, i, hello)}</p>}
            {role === "text" && <p class="quiet">{otherWords(batch, leaf, i, hello)}</p>}
          </li>
        ))}
      </ol>
      {samples.length > most && (
        <button type="button" onClick={() => setAll(!all)}>
          {all ? "fewer" : `all ${samples.length}`}
        </button>
      )}
    </div>
  );
}

/** What a sample is besides the leaf that is shown. */
function otherWords(batch: BatchLook, leaf: LeafView, i: number, hello: PageHello | undefined): string {
  return captionOf({ ...batch, leaves: batch.leaves.filter((each) => each !== leaf) }, i, hello);
}

function One({
  sample,
  leaf,
  batch,
  item,
  live,
}: {
  readonly sample: SampleView;
  readonly leaf: LeafView;
  readonly batch: BatchLook;
  readonly item: number;
  readonly live: boolean;
}): JSX.Element | null {
  if (sample.kind === "pixels") return null;
  if (sample.kind === "text")
    return <p class="text-sample">{sample.text === "" ? <i>empty</i> : sample.text}</p>;
  if (leaf.role === "series" || leaf.role === "audio") {
    const steps = Math.round(sample.count / Math.max(1, sample.channels));
    const finite = finiteOf(sample);
    const unit = leaf.role === "audio" ? "sample" : "step";
    return (
      <figure>
        <Curve sample={sample} filled={leaf.role === "audio"} />
        <figcaption class="quiet">
          {plural(steps, unit)}
          {sample.channels > 1 && ` of ${sample.channels} channels`}, {digits(Math.min(...finite))} to{" "}
          {digits(Math.max(...finite))}
          {finite.length < sample.values.length && <span class="wrong">, and some that are not finite</span>}
          {leaf.role === "audio" && live && <Play batch={batch} path={leaf.path} item={item} />}
        </figcaption>
      </figure>
    );
  }
  const rest = sample.count - Math.min(sample.values.length, 12);
  return (
    <p class="numbers-sample">
      {sample.values
        .slice(0, 12)
        .map((value) => (value === null ? "NaN" : digits(value)))
        .join("  ")}
      {rest > 0 && <span class="quiet"> … {whole(rest)} more</span>}
    </p>
  );
}

function finiteOf({ values }: Numbers): readonly number[] {
  return values.filter((value) => value !== null);
}

/** A series as lines, a channel each; of a wave, what is between its least and its greatest at each place. */
function Curve({ sample, filled }: { readonly sample: Numbers; readonly filled: boolean }): JSX.Element {
  const { values } = sample;
  const channels = Math.max(1, sample.channels);
  const finite = finiteOf(sample);
  const low = filled ? -1 : Math.min(...finite);
  const high = filled ? 1 : Math.max(...finite);
  const [width, height] = [320, 56];
  const steps = Math.floor(values.length / channels);
  const y = (value: number): string =>
    (high > low ? height - 2 - ((value - low) / (high - low)) * (height - 4) : height / 2).toFixed(1);
  const lineOf = (channel: number): string =>
    Array.from({ length: steps }, (_, step) => {
      const value = values[step * channels + channel];
      return typeof value === "number"
        ? `${((step / Math.max(1, steps - 1)) * width).toFixed(1)},${y(value)}`
        : "";
    })
      .filter(Boolean)
      .join(" ");
  return (
    <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label="Its curve">
      {Array.from({ length: Math.min(4, channels) }, (_, channel) => (
        <polyline key={channel} class={`curve line-${channel}`} points={lineOf(channel)} />
      ))}
    </svg>
  );
}

/** Plays a wave: the whole of it is asked for when it is to be heard. */
function Play({
  batch,
  path,
  item,
}: {
  readonly batch: BatchLook;
  readonly path: string;
  readonly item: number;
}): JSX.Element {
  const [rate, setRate] = useState(16_000);
  const [problem, setProblem] = useState("");
  const play = async (): Promise<void> => {
    try {
      const sample = await askSample(batch, path, item);
      if (sample.kind !== "numbers") return;
      const channels = Math.max(1, sample.channels);
      const context = new AudioContext();
      const sound = context.createBuffer(channels, Math.floor(sample.values.length / channels), rate);
      for (let channel = 0; channel < channels; channel++) {
        const to = sound.getChannelData(channel);
        for (let step = 0; step < to.length; step++) to[step] = sample.values[step * channels + channel] ?? 0;
      }
      const source = new AudioBufferSourceNode(context, { buffer: sound });
      source.connect(context.destination);
      source.onended = () => void context.close();
      source.start();
    } catch (error) {
      setProblem(String(error));
    }
  };
  return (
    <>
      {" "}
      <button type="button" onClick={() => void play()}>
        play
      </button>{" "}
      <select
        aria-label="Samples a second"
        value={rate}
        onChange={(event) => setRate(Number(event.currentTarget.value))}
      >
        {[8000, 16_000, 22_050, 44_100, 48_000].map((each) => (
          <option key={each} value={each}>
            {whole(each)} Hz
          </option>
        ))}
      </select>
      {problem && <span class="wrong"> {problem}</span>}
    </>
  );
}
