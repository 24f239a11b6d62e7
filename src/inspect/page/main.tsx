/** The page's program: messages go into the model, and the model is drawn, once a frame of the screen at most. */
import { render } from "preact";
import { App } from "./app.tsx";
import { follow, stillReport } from "./feed.ts";
import { Model } from "./model.ts";

const page = document.getElementById("page")!;
const model = new Model();
let waits = false;

/** Draws the page with the next frame. */
function changed(): void {
  if (waits) return;
  waits = true;
  requestAnimationFrame(() => {
    waits = false;
    const { hello } = model;
    document.title = hello ? `${hello.name} · epochal` : "epochal";
    render(<App model={model} />, page);
  });
}

page.textContent = "";
const report = stillReport();
if (report) {
  model.link = { name: "still" };
  for (const message of report) model.take(message);
} else void follow(model, changed);
changed();
