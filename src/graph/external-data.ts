/**
 * Constants of an ONNX model in files beside it (ONNX's external data), under the names by which transformers.js looks for
 * them: `model.onnx_data`, `model.onnx_data_1`, ... Nothing is copied: the files are views of the constants until written.
 */
import type { ExternalPlace } from "./onnx-model";

/** ONNX asks for offsets at multiples of a page, so that a runtime can map the file into memory. */
const page = 4096;
/** Smaller ones stay in the model: shape inference reads some of them, and there is nothing to be gained. */
const smallest = 1024;

export interface ExternalFile {
  readonly name: string;
  bytes: number;
  readonly pieces: Uint8Array[];
}

export class ExternalData {
  readonly files: ExternalFile[] = [];

  /** `model` is its file's name, `largest` how many bytes a file holds unless one constant alone has more. */
  constructor(
    private readonly model: string,
    private readonly largest: number,
  ) {}

  readonly place = (constant: Uint8Array): ExternalPlace | undefined => {
    const length = constant.byteLength;
    if (length < smallest) return undefined;
    const file = this.fileFor(length);
    const offset = Math.ceil(file.bytes / page) * page;
    file.pieces.push(new Uint8Array(offset - file.bytes), constant);
    file.bytes = offset + length;
    return { location: file.name, offset, length };
  };

  private fileFor(length: number): ExternalFile {
    const last = this.files.at(-1);
    if (last !== undefined && last.bytes + page + length <= this.largest) return last;
    const suffix = last === undefined ? "" : `_${this.files.length}`;
    const file = { name: `${this.model}_data${suffix}`, bytes: 0, pieces: [] };
    this.files.push(file);
    return file;
  }
}
