import { crop, type Image, imread, normalize, resize } from "epochal/image";

/** torchvision's `Compose([Resize(256), CenterCrop(224), ToTensor(), Normalize(mean, std)])`. */
export function evaluation(file: string): Image<"float32"> {
  const middle = crop(resize(imread(file, { orient: false }), 256), [224, 224]);
  return normalize(middle, { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
}
