import { type Tensor, tensor } from "epochal";
import { compat, keras } from "epochal/keras";

export class Squares extends keras.utils.Sequence<Tensor<"float32">> {
  readonly length = 10;
  getItem(index: number) {
    return tensor([index, index ** 2]);
  }
}

export const oneClass =
  keras.utils.Sequence === keras.utils.PyDataset && keras.utils.Sequence === compat.v1.keras.utils.Sequence;
