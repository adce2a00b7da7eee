/** The few figures that benches boil their samples down to. */

/** The value below which a share of the samples lies (nearest rank). */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The middle of the samples. */
export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

/** How fast this machine is at this moment: nanoseconds for one step of a loop that is the same everywhere. */
export function calibrate(): number {
  const steps = 5_000_000;
  const rounds = Array.from({ length: 5 }, () => {
    const begun = performance.now();
    let state = 1;
    for (let step = 0; step < steps; step += 1) state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const spent = performance.now() - begun;
    // The result is looked at, so that the loop cannot be left out.
    return state === -1 ? 0 : (spent * 1e6) / steps;
  });
  return Math.min(...rounds);
}
