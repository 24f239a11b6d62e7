/** The timeline, its legend, and the table behind it. */
import type { JSX } from "preact";
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { LoaderStats } from "../../loader/observe/stats.ts";
import { Canvas, palette, useScheme } from "./canvas.tsx";
import { type Lane, lanesOf, sumsOf } from "./lanes.ts";
import { type Model, reach } from "./model.ts";
import { isConsumer, paintTimeline, pointedAt, type Timeline, timelineHeight } from "./paint-timeline.ts";
import { filling, type Kind, kinds } from "./patterns.ts";
import { Stages } from "./stages.tsx";
import { Behind } from "./table.tsx";
import { percent, time, whole } from "./words.ts";

/** The last seconds of a loader. */
export function TimelinePanel({ model }: { readonly model: Model }): JSX.Element | null {
  const { update, now, spans, marks, queue, crowded } = model;
  const timeline = useMemo<Timeline | undefined>(
    () =>
      update && {
        lanes: lanesOf(spans, update.open, update.stats),
        now,
        isOver: now < update.time,
        capacity: update.stats.queue.capacity,
        marks,
        queue,
      },
    [update, spans, marks, queue],
  );
  const [pointer, setPointer] = useState<readonly [width: number, x: number, y: number]>();
  const draw = useCallback(
    (context: CanvasRenderingContext2D, width: number, _height: number, colour: ReturnType<typeof palette>) =>
      timeline && paintTimeline(context, width, colour, timeline),
    [timeline],
  );
  if (!timeline) return null;
  return (
    <section id="timeline" aria-labelledby="timeline-title">
      <div class="bar">
        <h2 id="timeline-title">Last {reach / 1000} seconds</h2>
        <ul class="legend">
          {kinds.map(([kind, words]) => (
            <li key={kind}>
              <Swatch kind={kind} />
              {words}
            </li>
          ))}
        </ul>
      </div>
      <Canvas
        draw={draw}
        height={timelineHeight(timeline)}
        label="Timeline of workers and consumer; the table below says the same."
        onPointerMove={(event) => {
          const { width, left: from, top } = event.currentTarget.getBoundingClientRect();
          setPointer([width, event.clientX - from, event.clientY - top]);
        }}
        onPointerLeave={() => setPointer(undefined)}
      />
      <div class="bar behind">
        <Behind summary="The timeline as a table">
          {() => <LaneTable timeline={timeline} stats={update!.stats} />}
        </Behind>
        <Behind summary="What one batch takes">{() => <Stages recent={update!.stats.recent} />}</Behind>
        <p class="quiet pointed">
          {(pointer && pointedAt(timeline, ...pointer)) ??
            (crowded > now - reach &&
              "Short bars are joined with others, or left out: there are too many to be drawn.")}
        </p>
      </div>
    </section>
  );
}

function Swatch({ kind }: { readonly kind: Kind }): JSX.Element {
  const ref = useRef<HTMLCanvasElement>(null);
  const scheme = useScheme();
  useLayoutEffect(() => {
    const context = ref.current!.getContext("2d")!;
    context.setTransform(2, 0, 0, 2, 0, 0);
    const fill = filling(context, palette());
    if (kind === "waited") fill("own", 0, 0, 16, 12);
    fill(kind, 0, 0, 16, 12);
  }, [kind, scheme]);
  return <canvas ref={ref} class="swatch" width={32} height={24} />;
}

function LaneTable({
  timeline,
  stats,
}: {
  readonly timeline: Timeline;
  readonly stats: LoaderStats;
}): JSX.Element {
  const { lanes, now, marks, queue, capacity } = timeline;
  const from = now - reach;
  const workers = lanes.filter((lane) => !isConsumer(lane));
  const train = sumsOf(lanes.find(isConsumer)!, from, now);
  const total = train.wait + train.consume;
  return (
    <>
      <table>
        <thead>
          <tr>
            <th scope="col">Worker</th>
            <th scope="col" class="number">
              Batches so far
            </th>
            <th scope="col" class="number">
              In getItem
            </th>
            <th scope="col" class="number">
              Of it waiting
            </th>
            <th scope="col" class="number">
              Reading
            </th>
            <th scope="col" class="number">
              Decoding
            </th>
            <th scope="col" class="number">
              Starting
            </th>
            <th scope="col">Holds now</th>
          </tr>
        </thead>
        <tbody>
          {workers.map((lane) => (
            <LaneRow
              key={lane.name}
              lane={lane}
              batches={stats.perWorker.find(({ name }) => name === lane.name)?.batches ?? 0}
              from={from}
              now={now}
            />
          ))}
        </tbody>
      </table>
      <p>
        The consumer waited {time(train.wait)} and worked {time(train.consume)}
        {total > 0 && `: ${percent(train.wait / total)} waiting`}. Batches ready: {queue.at(-1)?.[1] ?? 0} of{" "}
        {capacity}.
      </p>
      {marks.length > 0 && (
        <ul>
          {marks.map((mark) => (
            <li key={`${mark.time} ${mark.text}`}>
              −{time(now - mark.time)}: {mark.text}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function LaneRow({
  lane,
  batches,
  from,
  now,
}: {
  readonly lane: Lane;
  readonly batches: number;
  readonly from: number;
  readonly now: number;
}): JSX.Element {
  const { fetch, waited, read, decode, start } = sumsOf(lane, from, now);
  const { open } = lane;
  const holds = !open
    ? "nothing"
    : open.kind === "start"
      ? `starts, for ${time(now - open.begin)}`
      : `index ${open.index ?? "?"}, for ${time(now - open.begin)}`;
  return (
    <tr>
      <th scope="row">{lane.name}</th>
      <td class="number">{whole(batches)}</td>
      {[fetch, waited, read, decode, start].map((sum, i) => (
        <td key={i} class="number">
          {sum > 0 ? time(sum) : "–"}
        </td>
      ))}
      <td>{holds}</td>
    </tr>
  );
}
