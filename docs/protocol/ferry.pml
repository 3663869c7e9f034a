/* Ferry's protocol of numbered collective calls, for spin. Start with README.md.
 *
 * What a search explores is chosen by -D (check.sh lists the combinations):
 *   boards   ONE (default: one board, RANKS = 3), TWO (EP board of ranks 0-2, TP of ranks 0-1),
 *            GRID (2 x 2 ranks: two EP boards, two TP boards);  COMBINE: call 1 is a combine
 *   CALLS    consecutive call numbers (2);  SLOTS  call slots of a board (2; the library has 64)
 *   faults   TIMEOUT, INPUT, LATE, STALL: at most FAULTS (1) of those switched on happen in a run;
 *            DEATH: one rank may die at any step;  ABORT: one rank's calls may be aborted and
 *            dropped;  DESTROY: rank 0 may destroy its handle after call 1
 *   mutants  BUG_...: one deliberate error of the protocol, which the search must find
 */
#ifndef CALLS
#define CALLS 2
#endif
#ifndef SLOTS
#define SLOTS 2
#endif
#ifndef RANKS
#define RANKS 3
#endif
#ifndef FAULTS
#define FAULTS 1
#endif

#include "topology.pml"
#include "board.pml"
#include "properties.pml"
#include "meeting.pml"
#include "release.pml"
#include "rank.pml"
#include "environment.pml"
