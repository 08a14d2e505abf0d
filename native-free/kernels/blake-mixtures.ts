/** What BLAKE2 and BLAKE3 mix in each round: four words of the state each, columns, then diagonals (RFC 7693, 3.2; BLAKE3, 2.2). */
export const mixtures = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;
