/**
 * Writes a small ONNX model by hand: the format is a protobuf message, of which a graph needs a dozen fields.
 *
 * Field numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (ModelProto, GraphProto, NodeProto,
 * TensorProto, ValueInfoProto); the encoding is https://protobuf.dev/programming-guides/encoding/.
 */

/** TensorProto.DataType */
const dataTypes = { float32: 1, int64: 7 } as const;

/** An input or output, float32 by default: an axis that is a string may have any length. */
export interface Value {
  readonly name: string;
  readonly shape: readonly (number | string)[];
  readonly dtype?: keyof typeof dataTypes;
}

/** A node: an operator of the ONNX standard. */
export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

/** A constant of the graph. */
export interface Weight {
  readonly data: Float32Array | BigInt64Array;
  readonly shape: readonly number[];
}

/** A model: what goes in, what is done to it, what comes out. */
export interface Model {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly nodes: readonly Node[];
  readonly weights: Readonly<Record<string, Weight>>;
}

/** The bytes of a model, as a `.onnx` file holds them. */
export function encodeModel({ inputs, outputs, nodes, weights }: Model): Uint8Array {
  const graph = [
    ...nodes.map((node) => message(1, encodeNode(node))),
    text(2, "epochal example"),
    ...Object.entries(weights).map(([name, weight]) => message(5, encodeTensor(name, weight))),
    ...inputs.map((input) => message(11, encodeValue(input))),
    ...outputs.map((output) => message(12, encodeValue(output))),
  ];
  return concat([
    integer(1, 8), // ir_version
    message(7, concat(graph)),
    message(8, concat([text(1, ""), integer(2, 13)])), // opset_import: the standard operators, version 13
  ]);
}

function encodeNode({ op, inputs, outputs, attributes = {} }: Node): Uint8Array {
  return concat([
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => message(5, encodeAttribute(name, value))),
  ]);
}

/** A whole number, or a list of them. */
function encodeAttribute(name: string, value: number | readonly number[]): Uint8Array {
  return typeof value === "number"
    ? concat([text(1, name), integer(3, value), integer(20, 2)])
    : concat([text(1, name), ...value.map((one) => integer(8, one)), integer(20, 7)]);
}

function encodeTensor(name: string, { data, shape }: Weight): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return concat([
    ...shape.map((axis) => integer(1, axis)),
    integer(2, data instanceof Float32Array ? dataTypes.float32 : dataTypes.int64),
    text(8, name),
    message(9, bytes), // raw_data, little-endian
  ]);
}

function encodeValue({ name, shape, dtype = "float32" }: Value): Uint8Array {
  const axes = shape.map((axis) => message(1, typeof axis === "string" ? text(2, axis) : integer(1, axis)));
  const tensor = concat([integer(1, dataTypes[dtype]), message(2, concat(axes))]);
  return concat([text(1, name), message(2, message(1, tensor))]);
}

function integer(field: number, value: number): Uint8Array {
  return concat([varint(field << 3), varint(value)]);
}

function text(field: number, value: string): Uint8Array {
  return message(field, new TextEncoder().encode(value));
}

function message(field: number, bytes: Uint8Array): Uint8Array {
  return concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.of(...bytes, rest);
    bytes.push((rest % 128) | 128);
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
