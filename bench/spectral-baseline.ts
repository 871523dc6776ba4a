/**
 * Baseline: spectral signatures (Tran et al., NeurIPS 2018) over counts in place of a model's representations: log counts of
 * hashed tokens and token pairs of both fields, centred; a sample's score is its squared projection onto the first right
 * singular vector (power iteration).
 */
const width = 4096;
const rounds = 20;

interface Sparse {
  readonly places: Int32Array;
  readonly values: Float64Array;
}

function hash(text: string): number {
  let value = 2166136261;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 16777619);
  return (value >>> 0) % width;
}

function features(input: string, output: string): Sparse {
  const counts = new Map<number, number>();
  for (const [field, text] of [input, output].entries()) {
    const words = text.match(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
    words.forEach((word, at) => {
      for (const key of [hash(`${field}${word}`), hash(`${field}${words[at - 1] ?? ""} ${word}`)]) {
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    });
  }
  return {
    places: Int32Array.from(counts.keys()),
    values: Float64Array.from(counts.values(), (count) => Math.log1p(count)),
  };
}

const dot = ({ places, values }: Sparse, dense: Float64Array): number =>
  places.reduce((sum, place, at) => sum + values[at]! * dense[place]!, 0);

/** Each pair's score. */
export function spectralScores(pairs: readonly (readonly [input: string, output: string])[]): Float64Array {
  const samples = pairs.map(([input, output]) => features(input, output));
  const mean = new Float64Array(width);
  for (const { places, values } of samples) {
    places.forEach((place, at) => {
      mean[place]! += values[at]! / samples.length;
    });
  }
  let vector: Float64Array = Float64Array.from(mean, (_value, at) => Math.sin(at + 1));
  const project = (): Float64Array => {
    const shift = mean.reduce((sum, value, at) => sum + value * vector[at]!, 0);
    return Float64Array.from(samples, (sample) => dot(sample, vector) - shift);
  };
  for (let round = 0; round < rounds; round++) {
    const next = new Float64Array(width);
    const projections = project();
    let all = 0;
    samples.forEach(({ places, values }, index) => {
      const weight = projections[index]!;
      all += weight;
      places.forEach((place, at) => {
        next[place]! += weight * values[at]!;
      });
    });
    const norm = Math.sqrt(
      next.reduce((sum, value, at) => {
        next[at] = value - all * mean[at]!;
        return sum + next[at] ** 2;
      }, 0),
    );
    vector = next.map((value) => value / (norm === 0 ? 1 : norm));
  }
  return project().map((projection) => projection ** 2);
}
