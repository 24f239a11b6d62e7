/** Pictures drawn at random: what there is to learn is how bright they are. */
import { Sequence, stack, tensor } from "epochal";
import { flip, fromPixels, normalize, resize } from "epochal/image";

export class Pictures extends Sequence {
  static module = import.meta.url;
  length = 6;

  async getItem(_, { random }) {
    const pictures = [];
    const brightness = [];
    for (let i = 0; i < 8; i++) {
      const light = random.uniform();
      const data = Uint8Array.from({ length: 20 * 30 * 3 }, () => light * random.integer(0, 256));
      const picture = resize(flip(fromPixels(tensor(data, { shape: [20, 30, 3] }))), [12, 12]);
      pictures.push(normalize(picture, { mean: 0.5, std: 0.5 }));
      brightness.push([light]);
    }
    return [await stack(pictures), tensor(brightness)];
  }
}
