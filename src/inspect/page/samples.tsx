/** Samples that are no pictures, as what they are: text, curves, waves, numbers. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { BatchLook, LeafView, PageHello, SampleView } from "../protocol.ts";
import { captionOf, numberSent, wordsOf } from "./captions.ts";
import { askSample } from "./feed.ts";
import { memo } from "./memo.ts";
import { digits, leafName, messageOf, plural, whole } from "./words.ts";

/** Samples of a leaf, and numbers of a sample, that are shown without asking. */
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
  /** Whether there are pictures, in whose captions a few words and numbers stand. */
  readonly pictures: boolean;
}): JSX.Element | null {
  const leaves = batch.leaves.filter((leaf) => {
    const { role, samples } = leaf;
    if (samples.length === 0 || samples[0]!.kind === "pixels") return false;
    if (role === "boxes" || role === "classes" || role === "oneHot") return false;
    return !pictures || role === "text" || wordsOf(leaf, samples[0], hello) === undefined;
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
  const others = { ...batch, leaves: batch.leaves.filter((each) => each !== leaf) };
  return (
    <div class={`samples ${role}`}>
      <h3>
        <code>{leafName(path)}</code>
      </h3>
      <ol start={0}>
        {shown.map((sample, i) => (
          <li key={i}>
            <One sample={sample} leaf={leaf} batch={batch} item={i} live={hello?.live === true} />
            <p class="quiet">{captionOf(others, i, hello)}</p>
          </li>
        ))}
      </ol>
      {samples.length > most && (
        <button type="button" onClick={() => setAll(!all)}>
          {all
            ? "fewer"
            : samples.length < batch.samples
              ? `the first ${samples.length} of ${whole(batch.samples)}`
              : `all ${samples.length}`}
        </button>
      )}
    </div>
  );
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
    const { values, count, channels } = sample;
    const loudest = leaf.role === "audio" ? loudestOf(leaf) : undefined;
    const finite = finiteOf(sample);
    return (
      <figure>
        <Curve sample={sample} loudest={loudest} />
        <figcaption class="quiet">
          {plural(count / Math.max(1, channels), loudest ? "sample" : "step")}
          {channels > 1 && ` of ${channels} channels`}
          {finite.length > 0 && `, ${digits(Math.min(...finite))} to ${digits(Math.max(...finite))}`}
          {values.length < count && ` in ${whole(values.length)} of the values`}
          {finite.length < values.length && <span class="wrong">, some not finite</span>}
          {loudest && live && <Play batch={batch} leaf={leaf} item={item} />}
        </figcaption>
      </figure>
    );
  }
  const rest = sample.count - Math.min(sample.values.length, most);
  return (
    <p class="numbers-sample">
      {sample.values.slice(0, most).map(numberSent).join("  ")}
      {rest > 0 && <span class="quiet"> … {whole(rest)} more</span>}
    </p>
  );
}

function finiteOf({ values }: Numbers): readonly number[] {
  return values.filter((value) => value !== null);
}

/** The loudest value that a leaf of sound can have. */
function loudestOf({ dtype }: LeafView): number {
  return dtype === "int16" ? 32_768 : 1;
}

/** A series as lines, a channel each, from the least value to the greatest; of sound, to the loudest there can be. */
function Curve({
  sample,
  loudest,
}: {
  readonly sample: Numbers;
  readonly loudest: number | undefined;
}): JSX.Element {
  const { values } = sample;
  const channels = Math.max(1, sample.channels);
  const finite = finiteOf(sample);
  const low = loudest ? -loudest : Math.min(...finite);
  const high = loudest ?? Math.max(...finite);
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
  leaf,
  item,
}: {
  readonly batch: BatchLook;
  readonly leaf: LeafView;
  readonly item: number;
}): JSX.Element {
  const [rate, setRate] = useState(16_000);
  const [problem, setProblem] = useState("");
  const play = async (): Promise<void> => {
    setProblem("");
    try {
      const sample = await askSample(batch, leaf.path, item);
      if (sample.kind !== "numbers") return;
      const { values, count, channels } = sample;
      const steps = values.length / channels;
      // Of a long wave some values were left out, so that fewer make a second.
      const sound = new AudioBuffer({
        numberOfChannels: channels,
        length: steps,
        sampleRate: (rate * values.length) / count,
      });
      for (let channel = 0; channel < channels; channel++) {
        const to = sound.getChannelData(channel);
        for (let step = 0; step < steps; step++)
          to[step] = (values[step * channels + channel] ?? 0) / loudestOf(leaf);
      }
      const context = new AudioContext();
      const source = new AudioBufferSourceNode(context, { buffer: sound });
      source.connect(context.destination);
      source.onended = () => void context.close();
      source.start();
    } catch (error) {
      setProblem(messageOf(error));
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
