/** A canvas that fills the width there is, sharp on every screen, drawn anew when what it shows or the scheme changes. */
import type { JSX, TargetedPointerEvent } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** Colours of the page's sheet by their names there, as canvases want them. */
export type Palette = (name: string) => string;

/** The page's colours at present. */
export function palette(): Palette {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(`--${name}`).trim();
}

/** Draws into a canvas of this size, in pixels of the page. */
export type Draw = (
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  colour: Palette,
) => void;

/** Counts up when the scheme changes from light to dark or back. */
export function useScheme(): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const change = (): void => setCount((before) => before + 1);
    dark.addEventListener("change", change);
    return () => dark.removeEventListener("change", change);
  }, []);
  return count;
}

/** The width of the element in `ref`, 0 before it is known. */
export function useWidth(ref: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current!;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => observer.disconnect();
  }, []);
  return width;
}

/** A canvas for `draw`, which is another function whenever there is something else to be drawn. */
export function Canvas({
  draw,
  height,
  label,
  ...more
}: {
  readonly draw: Draw;
  readonly height: number;
  readonly label: string;
  readonly onPointerMove?: (event: TargetedPointerEvent<HTMLCanvasElement>) => void;
  readonly onPointerLeave?: () => void;
}): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(frame);
  const scheme = useScheme();
  useLayoutEffect(() => {
    if (width === 0) return;
    const ratio = devicePixelRatio;
    const target = canvas.current!;
    target.width = Math.round(width * ratio);
    target.height = Math.round(height * ratio);
    const context = target.getContext("2d")!;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    draw(context, width, height, palette());
  }, [draw, width, height, scheme]);
  return (
    <div ref={frame} class="canvas">
      <canvas ref={canvas} role="img" aria-label={label} style={{ height: `${height}px` }} {...more} />
    </div>
  );
}
