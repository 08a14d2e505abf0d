/**
 * Where everything lies in the memory of the deflate kernel. The kernel allocates nothing: one page for its tables, then
 * symbols, input and output. Names and sizes are those of the twin, `../deflate.ts` and what it
 * imports, which says what each is for.
 */

/** log2 of the number of buckets of the match table; a bucket holds the two last places of its hash, 16 bits each. */
export const TABLE_BITS: u32 = 13;
export const TABLE_BYTES: usize = 4 << TABLE_BITS;

/** How often each first and each second half of a pair comes: u32[512] and u32[288]. */
export const FIRST_COUNTS: usize = 0x6000;
export const SECOND_COUNTS: usize = 0x6800;
/** What to write for each first and each second half: u32[512] and u32[288]. */
export const FIRST_CODES: usize = 0x7000;
export const SECOND_CODES: usize = 0x7880;
/** How often each literal or length symbol comes: u32[288]. */
export const SYMBOL_COUNTS: usize = 0x8000;
/** Code lengths: u8[288] of literals and lengths, then u8[32] of distances. */
export const CODE_LENGTHS: usize = 0x8500;
export const DISTANCE_LENGTHS: usize = CODE_LENGTHS + 288;
/** The code lengths as they are written: u16[320], a symbol in the low five bits and its extra bits from bit 8. */
export const RUNS: usize = 0x8700;
export const RUN_COUNTS: usize = 0x8a00;
export const RUN_LENGTHS: usize = 0x8a80;
export const RUN_CODES: usize = 0x8b00;
/** Scratch of the code builder: symbols by frequency, the tree, the sort's counters, and the next code of each length. */
export const SORTED: usize = 0x8c00;
export const TREE: usize = 0x9100;
export const BINS: usize = 0x9600;
export const NEXT_CODES: usize = 0x9a00;
/** Of each match length less three: its symbol less 257 and the number of its extra bits; u8[256] each. */
export const LENGTH_SYMBOLS: usize = 0x9b00;
export const LENGTH_EXTRAS: usize = 0x9c00;
/** Places by the four bytes that stand there, for the test of noise: u32[4096]. */
export const SEEN: usize = 0xa000;

/** At most one pair for each byte of a segment: u32[32768], and one that is overwritten. */
export const PAIRS: usize = 0x10000;
export const SEGMENT: u32 = 0x8000;
/** Bytes that are read, but not believed, behind the end of the input. */
export const SLACK: usize = 0x200;
export const INPUT: usize = 0x31000;
export const MOST_INPUT: u32 = 0x40000;
export const OUTPUT: usize = 0x72000;
export const TABLE: usize = 0xb3000;

/** Of the level "best": the last place of each hash of four bytes, of each place the one before, the last of each hash of three; u16. */
export const CHAIN_BITS: u32 = 15;
export const CHAIN_HEADS: usize = 0xc0000;
export const CHAIN_HEADS_BYTES: usize = 2 << CHAIN_BITS;
export const BEFORE: usize = 0xd0000;
export const BEFORE_BYTES: usize = 0x10000;
export const NEAR_BITS: u32 = 13;
export const NEAR_HEADS: usize = 0xe0000;
export const NEAR_HEADS_BYTES: usize = 2 << NEAR_BITS;
/** Counts as FIRST_COUNTS and SECOND_COUNTS have them, for each node of a tree of 7, counted from 1. */
export const COUNTS_BYTES: usize = 0xd00;
export const TREE_COUNTS: usize = 0xe4000;
