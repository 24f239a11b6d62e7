/** The pictures of a batch with their captions, and one of them in full size. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { BatchLook, LeafView, PageHello } from "../protocol.ts";
import { captionOf } from "./captions.ts";
import { askSample } from "./feed.ts";
import type { Mapping } from "./mapping.ts";
import { memo } from "./memo.ts";
import {
  type BoxForm,
  type Drawn,
  nothingDrawn,
  type Overlay,
  type Pixels,
  paint,
  together,
} from "./pixels.ts";
import { digits, messageOf } from "./words.ts";

/** How pictures are drawn. */
export interface Looks {
  readonly mapping: Mapping;
  readonly swap: boolean;
  /** Whether masks and boxes are drawn over. */
  readonly masks: boolean;
  readonly boxes: boolean;
  readonly form: BoxForm;
}

/** Pixels of the longer side of a small picture, and of one in full size, at least. */
const small = 160;
const large = 640;

/** What is drawn over picture `i`. */
function overlayOf(batch: BatchLook, i: number, { masks, boxes, form }: Looks): Overlay {
  const of = (role: LeafView["role"]): LeafView["samples"][number] | undefined =>
    batch.leaves.find((each) => each.role === role)?.samples[i];
  const [mask, frame] = [of("mask"), of("boxes")];
  return {
    mask: masks && mask?.kind === "pixels" ? mask : undefined,
    boxes: boxes && frame?.kind === "numbers" ? frame.values.map((value) => value ?? Number.NaN) : [],
    form,
  };
}

/** The pictures of a leaf; `onDrawn` is told what came of drawing them. */
export const Grid = memo(function Grid({
  batch,
  leaf,
  hello,
  looks,
  onDrawn,
  onOpen,
}: {
  readonly batch: BatchLook;
  readonly leaf: LeafView;
  readonly hello: PageHello | undefined;
  readonly looks: Looks;
  readonly onDrawn: (drawn: Drawn) => void;
  readonly onOpen: (item: number) => void;
}): JSX.Element {
  const grid = useRef<HTMLDivElement>(null);
  const pictures = leaf.samples.filter((sample) => sample.kind === "pixels");
  useLayoutEffect(() => {
    const canvases = grid.current!.querySelectorAll("canvas");
    let drawn = nothingDrawn;
    for (const [i, canvas] of canvases.entries()) {
      const { mapping, swap } = looks;
      const overlay = overlayOf(batch, i, looks);
      drawn = together(drawn, paint(canvas, pictures[i]!, { mapping, swap, least: small, overlay }));
    }
    onDrawn(drawn);
  }, [batch, leaf, looks, onDrawn]);
  return (
    <div ref={grid} class="grid">
      {pictures.map((_, i) => {
        const caption = captionOf(batch, i, hello);
        return (
          <figure key={i}>
            <button
              type="button"
              onClick={() => onOpen(i)}
              aria-label={`Sample ${i}${caption && `, ${caption}`}: show it in full size`}
            >
              <canvas />
            </button>
            <figcaption title={caption}>{caption || `sample ${i}`}</figcaption>
          </figure>
        );
      })}
    </div>
  );
});

/** One picture in full size, above the page. */
export function FullSize({
  batch,
  leaf,
  item,
  hello,
  looks,
  onGo,
  onClose,
}: {
  readonly batch: BatchLook;
  readonly leaf: LeafView;
  readonly item: number;
  readonly hello: PageHello | undefined;
  readonly looks: Looks;
  readonly onGo: (item: number) => void;
  readonly onClose: () => void;
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [full, setFull] = useState<{ readonly of: Pixels; readonly pixels: Pixels }>();
  const [problem, setProblem] = useState("");
  const sent = leaf.samples[item] as Pixels;
  const live = hello?.live === true;
  useEffect(() => dialog.current!.showModal(), []);
  useEffect(() => {
    let left = false;
    setProblem("");
    if (live && sent.step > 1)
      askSample(batch, leaf.path, item).then(
        (sample) => !left && sample.kind === "pixels" && setFull({ of: sent, pixels: sample }),
        (error: unknown) => !left && setProblem(messageOf(error)),
      );
    return () => {
      left = true;
    };
  }, [batch, leaf, item, live]);
  const shown = full?.of === sent ? full.pixels : sent;
  useLayoutEffect(() => {
    const { mapping, swap } = looks;
    paint(canvas.current!, shown, {
      mapping,
      swap,
      least: large,
      overlay: overlayOf(batch, item, looks),
    });
  }, [shown, looks]);
  const go = (by: number): void => {
    const next = item + by;
    if (next >= 0 && next < leaf.samples.length) onGo(next);
  };
  return (
    <dialog
      ref={dialog}
      aria-label={`Sample ${item} in full size`}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current!.close()}
      onKeyDown={(event) => {
        if (event.key === "ArrowLeft") go(-1);
        else if (event.key === "ArrowRight") go(1);
        else return;
        event.preventDefault();
      }}
    >
      <canvas ref={canvas} role="img" aria-label={captionOf(batch, item, hello) || `Sample ${item}`} />
      <div class="bar">
        <p>
          <b>{captionOf(batch, item, hello)}</b>{" "}
          <span class="quiet">
            sample {item} of index {batch.index}, {shown.width} × {shown.height}
            {shown.step > 1 && `, one pixel of ${digits(shown.step)} × ${digits(shown.step)}`},{" "}
            {looks.mapping.label}
          </span>
        </p>
        <span class="buttons">
          <button type="button" onClick={() => go(-1)} disabled={item === 0} aria-label="Previous sample">
            ←
          </button>
          <button
            type="button"
            onClick={() => go(1)}
            disabled={item + 1 >= leaf.samples.length}
            aria-label="Next sample"
          >
            →
          </button>
          <button type="button" onClick={() => dialog.current!.close()}>
            close
          </button>
        </span>
      </div>
      {problem && <p class="wrong">It could not be had in full: {problem}</p>}
    </dialog>
  );
}
