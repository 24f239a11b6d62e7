/** Batches that take their thread until the page has drawn `frames` more frames, as `server` counts them. */
import { Sequence, tensor } from "epochal";

export class Held extends Sequence {
  static module = import.meta.url;
  length = 6;

  constructor(server, frames) {
    super();
    this.server = server;
    this.frames = frames;
  }

  getItem() {
    // Blocks, as decoding an image does.
    const request = new XMLHttpRequest();
    request.open("GET", `${this.server}wait?frames=${this.frames}`, false);
    request.send();
    return tensor([Number(request.responseText)]);
  }
}
