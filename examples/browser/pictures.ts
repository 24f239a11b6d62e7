/** The pictures of a batch, each with its class below it. */
import { batchSize, side } from "./photos.ts";
import type { Batch } from "./run.ts";

/** Makes places for the pictures in `element`; returns what draws a batch there. */
export function showPictures(
  element: HTMLElement,
): (batch: Batch | undefined, classes: readonly string[]) => void {
  const places = Array.from({ length: batchSize }, () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [side, side];
    canvas.setAttribute("aria-hidden", "true");
    const caption = document.createElement("figcaption");
    const figure = document.createElement("figure");
    figure.append(canvas, caption);
    return { figure, caption, context: canvas.getContext("2d")! };
  });
  element.append(...places.map(({ figure }) => figure));
  const pixels = new ImageData(side, side);

  return (batch, classes) => {
    places.forEach(({ figure, caption, context }, i) => {
      const [x, y] = batch ?? [];
      const shown = x !== undefined && y !== undefined && i < y.data.length;
      figure.classList.toggle("empty", !shown);
      caption.textContent = shown ? classes[y.data[i]!]! : "";
      caption.title = caption.textContent;
      if (!shown) {
        context.clearRect(0, 0, side, side);
        return;
      }
      const values = x.data.subarray(i * side * side * 3, (i + 1) * side * side * 3);
      // What the model is given: numbers from -1 to 1.
      for (let at = 0; at < side * side; at++) {
        for (let c = 0; c < 3; c++) pixels.data[4 * at + c] = (values[3 * at + c]! + 1) * 127.5;
        pixels.data[4 * at + 3] = 255;
      }
      context.putImageData(pixels, 0, 0);
    });
  };
}
