import { crop, fromPixels, type Image, imread, normalize, resize } from "epochal/image";

/** torchvision's `Compose([Resize(256), CenterCrop(224), ToTensor(), Normalize(mean, std)])`. */
export async function evaluation(file: string): Promise<Image<"float32">> {
  const pixels = await imread(file, { orient: false }).tensor(); // read first, for its size
  const [height, width] = pixels.shape as [number, number];
  // The shorter side becomes 256, the longer one keeps the aspect.
  const scaled = (side: number) => Math.floor((256 * side) / Math.min(height, width));
  const size = [scaled(height), scaled(width)] as const;
  // The middle, half a pixel rounded to even, as Python does.
  const [top, left] = size.map((side) => {
    const room = side - 224;
    return room % 2 === 0 ? room / 2 : 2 * Math.round(room / 4);
  }) as [number, number];
  const middle = crop(resize(fromPixels(pixels), size), [224, 224], { top, left });
  return normalize(middle, { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
}
