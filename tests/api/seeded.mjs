/* seeded.mjs: chance that can be repeated: the same seed gives the same course. */

/** splitmix32 and what is made of it; a text or a number as the seed. */
export function seeded(seed) {
  let state = 0
  for (const letter of String(seed)) state = (Math.imul(state, 31) + letter.charCodeAt(0)) | 0
  const next = () => {
    state = (state + 0x9e3779b9) | 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return ((z ^ (z >>> 15)) >>> 0) / 4294967296
  }
  const int = (least, most) => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    int,
    /** Whether something of that probability happens. */
    chance: p => next() < p,
    pick: list => list[int(0, list.length - 1)],
    shuffle: list => list.map(one => [next(), one]).sort((a, b) => a[0] - b[0])
      .map(([, one]) => one),
    /** A course of its own for each name. */
    child: name => seeded(`${seed}/${name}`),
  }
}

/** The seed of this run, which a test prints: SEED of the environment, or a new one. */
export const seedOfRun = () => process.env.SEED || String(Date.now() % 1000000)
