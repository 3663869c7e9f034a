/* How the ranks of several processes become one group, for spin: README.md says what must hold.
 *
 * Rank 0's process serves the root and makes the board. A rank connects, is accepted, gets the
 * ticket or hears why there is none, fetches the board, attaches, and waits until all have. One word
 * of the board, {closed, count}, decides: the join has succeeded once all are counted, and failed
 * once somebody who gives up has closed it before.
 *
 *   DEATH    one process may die at any step
 *   LATE     limits may pass: the root's, while ranks are missing, and any rank's
 *   BUG_...  one deliberate error, which the search must find
 */
#ifndef RANKS
#define RANKS 3
#endif

#define HOLDS(p, condition) assert((p) > 0 && (condition)) /* check.sh finds p in pan's output */

mtype = { NOTHING, TICKET, FAILURE };   /* what the root has told a rank */

bool accepted[RANKS];
mtype told[RANKS] = NOTHING;
bool root_done;            /* told everybody: the streams are closed */
bool dead[RANKS];          /* the process */
byte deaths;
byte count;                /* of the board: ranks that have attached */
bool closed;               /* in the same word */
bool board_there;
byte left = RANKS;         /* ranks that have neither joined, failed nor died */
bool limit_passed;
bool joined[RANKS];
bool failed[RANKS];

#define ALIVE(r) (!dead[r])
#ifdef DEATH
#define MAY_DIE(r) :: atomic { deaths == 0 -> deaths = 1; dead[r] = true; left--; goto gone }
#else
#define MAY_DIE(r)
#endif
#ifdef LATE
#define LIMIT_PASSES true
#else
#define LIMIT_PASSES false
#endif

/* A rank's own end, in one step with what it has seen. */
inline Joined(r) {
  HOLDS(3, count == RANKS);
  joined[r] = true;
  left--
}
inline Failed(r) {
  HOLDS(2, deaths > 0 || limit_passed);
  failed[r] = true;
  left--
}

/* The thread of rank 0's process that serves the root; it ends with its process. */
active proctype Root() {
  byte r;
  bool all;
  bool lost;
  do
  :: dead[0] -> goto gone
  :: ALIVE(0) ->
     atomic {
       all = true;
       lost = false;
       for (r : 0 .. RANKS - 1) {
         all = all && accepted[r];
         lost = lost || (accepted[r] && (dead[r] || failed[r]))
       }
     }
     if
     :: lost -> goto fail
     :: !lost && all -> break
     :: !lost && !all ->
        if
        :: atomic { LIMIT_PASSES -> limit_passed = true; goto fail }
        :: true /* looks again */
        fi
     fi
  od;
  board_there = true;
  /* Its own rank last: a program that fails ends its process at once. */
  for (r : 1 .. RANKS - 1) {
    if
    :: dead[0] -> goto gone
    :: ALIVE(0) -> told[r] = TICKET
    fi
  }
  told[0] = TICKET;
  goto gone;
fail:
  skip;
  for (r : 1 .. RANKS - 1) {
    if
    :: dead[0] -> goto gone
    :: ALIVE(0) -> told[r] = FAILURE   /* also those that come later */
    fi
  }
  told[0] = FAILURE;
gone:
  root_done = true
}

proctype Rank(byte r) {
  /* Connects; a root whose process has ended cannot be reached. Of a process that dies before,
   * nobody knows: then limits must pass. */
  if
#ifdef LATE
  MAY_DIE(r)
#endif
  :: dead[0] -> goto give_up
  :: ALIVE(0) -> accepted[r] = true
  fi;
  if /* what the root says, or the end of its stream */
  MAY_DIE(r)
  :: told[r] == TICKET
  :: told[r] == FAILURE -> goto give_up
  :: told[r] == NOTHING && dead[0] && root_done -> goto give_up
  :: atomic { LIMIT_PASSES -> limit_passed = true; goto give_up }
  fi;
  if /* the board's memory, from rank 0's process */
  MAY_DIE(r)
  :: dead[0] -> goto give_up
  :: ALIVE(0) && board_there
  fi;
  if
  MAY_DIE(r)
  :: atomic { closed -> goto give_up }
  :: atomic { !closed -> count++ }
  fi;
  do
  MAY_DIE(r)
  :: atomic { count == RANKS && !closed -> Joined(r); goto gone }
  :: atomic { closed -> goto give_up }
  /* Somebody has ended or given up, or the limit has passed: this rank closes, unless all have
   * come. */
#ifdef BUG_LEAVES_OPEN
  :: count < RANKS && deaths > 0 -> goto give_up
  :: count < RANKS && LIMIT_PASSES -> limit_passed = true; goto give_up
#else
  :: atomic { count < RANKS && !closed && deaths > 0 -> closed = true; goto give_up }
  :: atomic { count < RANKS && !closed && LIMIT_PASSES ->
              limit_passed = true; closed = true; goto give_up }
#endif
#ifdef BUG_BELIEVES_DEATH
  :: deaths > 0 -> goto give_up  /* also after the last has come */
#endif
  od;
give_up:
  atomic { Failed(r) };
gone:
  skip
}

init {
  byte r;
  atomic {
    for (r : 0 .. RANKS - 1) { run Rank(r) }
  }
  left == 0;
  atomic {
    bool some_joined;
    bool some_failed;
    for (r : 0 .. RANKS - 1) {
      some_joined = some_joined || joined[r];
      some_failed = some_failed || (failed[r] && ALIVE(r))
    }
    HOLDS(4, !(some_joined && some_failed))
  }
}
