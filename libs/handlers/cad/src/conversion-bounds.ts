/** Bounds of one conversion. Each is above what real files need and below what 2 GiB of memory hold. */

/** 130 MB of STEP take 1.3 GB in the reader; beyond this the memory limit would kill the child without a word. */
export const MAX_FILE_BYTES = 200 * 1024 * 1024;
/** At about 100 bytes a triangle in memory and 50 in STL; a machined part has 4,000. */
export const MAX_TRIANGLES = 4_000_000;
/** Real STEP nests parentheses about 6 deep; the reader recurses on them and overflows its stack at some ten thousand. */
export const MAX_PAREN_DEPTH = 200;
/** Levels of assemblies within assemblies. */
export const MAX_ASSEMBLY_DEPTH = 64;
/** Placed occurrences after expansion: sub-assemblies used twice per level double it with every level. */
export const MAX_OCCURRENCES = 100_000;
/** STEP records kept for the product tree, out of the millions that a file may hold. */
export const MAX_TREE_RECORDS = 1_000_000;
/** A kilometre in each direction a thousand times over; beyond lie the readers' "infinite" planes (1e100). */
export const MAX_COORDINATE_MM = 1e9;
/** Files that `decompose` writes. */
export const MAX_PART_FILES = 500;
/** Names come from the file and go to JSON, GLB and file names. */
export const MAX_NAME_LENGTH = 200;
